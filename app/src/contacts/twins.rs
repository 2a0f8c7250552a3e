use domain::{contact::Contact, permission::Permission};
use leptos::prelude::*;

use super::{
    merge::{Pair, merge_dialog},
    screen::Screen,
};
use crate::{frame::Here, ui::icon};

/// The question before two of them become one.
pub fn merging_view(screen: Screen) -> AnyView {
    let Some((kept, gone)) = screen.merging.get() else { return ().into_any() };
    let ids = (kept.id, gone.id);
    let assignees = [kept.assignee, gone.assignee].map(|member| screen.name_of(member));
    let pair = Pair { kept, gone, fields: screen.fields.get_value(), assignees };
    merge_dialog(&pair, screen.task, move || screen.merge(ids.0, ids.1), move || screen.merging.set(None))
}

/// Pairs that may be one person each, above the list.
pub fn twins_view(screen: Screen) -> AnyView {
    let pairs = screen.twins.get();
    if pairs.is_empty() {
        return ().into_any();
    }
    let lines = pairs.into_iter().map(|(one, other)| line(screen, &one, &other)).collect_view();
    view! {
        <section class="card" aria-labelledby="twins">
            <header>
                <h2 id="twins">"Possible duplicates"</h2>
                <p>"A message named the number of one and the WhatsApp user id of the other."</p>
            </header>
            <ul class="card__body stack">{lines}</ul>
        </section>
    }
    .into_any()
}

fn line(screen: Screen, one: &Contact, other: &Contact) -> AnyView {
    let frame = screen.frame();
    let base = frame.path(Here::Contacts);
    let name = |contact: &Contact| {
        view! { <a class="link" href=format!("{base}/{}", contact.id) rel="external"><bdi>{contact.label().to_owned()}</bdi></a> }
    };
    // The one that was there first stays.
    let (kept, gone) = if one.id < other.id { (one, other) } else { (other, one) };
    let (ids, pair) = ((kept.id, gone.id), (kept.clone(), gone.clone()));
    let sight = frame.access.sight(Permission::ContactsUpdate, frame.me.id);
    let may = sight.reaches(one.assignee) && sight.reaches(other.assignee);
    let label = format!("{} and {}", one.label(), other.label());
    let (merge, apart) = (format!("Merge {label}"), format!("Not the same person: {label}"));
    view! {
        <li class="row wrap between">
            <span>{name(one)}" may be the same as "{name(other)}</span>
            {may.then(|| view! {
                <span class="row wrap script">
                    <button
                        class="btn sm"
                        type="button"
                        aria-label=merge
                        disabled=move || screen.task.busy.get()
                        on:click=move |_| screen.merging.set(Some(pair.clone()))
                    >
                        {icon("check", "xs")}
                        "Merge"
                    </button>
                    <button
                        class="btn ghost sm"
                        type="button"
                        aria-label=apart
                        disabled=move || screen.task.busy.get()
                        on:click=move |_| screen.keep_apart(ids.0, ids.1)
                    >
                        "Not the same"
                    </button>
                </span>
            })}
        </li>
    }
    .into_any()
}

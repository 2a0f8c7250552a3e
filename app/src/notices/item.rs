use domain::notice::{Kind, Notice};
use leptos::prelude::*;

use super::page::Reading;
use crate::{
    frame::Clock,
    ui::{avatar, icon, when},
};

pub fn item_view(notice: Notice, slug: &str, clock: Clock, reading: Reading) -> AnyView {
    let Notice { id, kind, actor, actor_name, conversation, contact, words, note, at, .. } = notice;
    let Clock { now, local } = clock;
    let ago = move || when::ago(at, now.get(), local.get());
    let full = move || when::full(at, local.get());
    let did = match kind {
        Kind::Mention => " named you in a note on ",
        Kind::Assigned => " gave you the conversation with ",
    };
    let href = match note {
        Some(note) => format!("/w/{slug}/inbox/{conversation}?note={note}"),
        None => format!("/w/{slug}/inbox/{conversation}"),
    };
    let title_id = format!("notice-{id}");
    let described = StoredValue::new(title_id.clone());
    view! {
        <li class="alert" class:unread=move || reading.waits(id) aria-labelledby=title_id.clone()>
            {avatar(actor.0, &actor_name, "md")}
            <div class="alert__text">
                <h2 id=title_id.clone()><bdi>{actor_name.clone()}</bdi>{did}<bdi>{contact}</bdi></h2>
                {words.map(|words| view! { <p dir="auto">{words}</p> })}
                <p class="alert__facts">
                    <time datetime=when::iso(at) title=full>{ago}</time>
                    {move || reading.waits(id).then(|| view! { <span class="sr">"Not read yet"</span> })}
                </p>
            </div>
            <div class="alert__actions">
                <a
                    class="btn sm"
                    href=href
                    rel="external"
                    aria-describedby=title_id.clone()
                    // The answer may come when the page is gone: it has read it all the same.
                    on:click=move |_| reading.mark(Some(id))
                >
                    "Open"
                </a>
                {move || {
                    reading
                        .waits(id)
                        .then(|| {
                            view! {
                                <button
                                    class="btn ghost sm script"
                                    type="button"
                                    aria-describedby=described.get_value()
                                    on:click=move |_| reading.mark(Some(id))
                                >
                                    {icon("check", "xs")}
                                    "Mark as read"
                                </button>
                            }
                        })
                }}
            </div>
        </li>
    }
    .into_any()
}

//! What is known of the contact beside a conversation: custom fields, the note, earlier conversations.

use domain::{id::ContactId, permission::Permission};
use leptos::{prelude::*, task::spawn_local};

use super::screen::Screen;
use crate::{
    contacts::detail::{
        parts::{note_view, past_line, values_view},
        server::{About, about_contact},
    },
    ui::icon,
};

/// The panels; they follow what colleagues change.
pub fn about_view(screen: Screen, contact: ContactId) -> AnyView {
    if !screen.facts().access.allows(Permission::ContactsRead) {
        return ().into_any();
    }
    let (about, failed) = (RwSignal::new(None::<About>), RwSignal::new(false));
    let load = move || {
        spawn_local(async move {
            let answer = about_contact(screen.slug(), contact).await;
            failed.try_set(answer.is_err());
            if let Ok(known) = answer {
                about.try_set(Some(known));
            }
        });
    };
    Effect::new(move |_| load());
    #[cfg(feature = "hydrate")]
    follow(contact, load);
    let body = move || match about.get() {
        Some(about) => panels(screen, &about),
        None if failed.get() => view! {
            <p class="panel-state" role="alert">
                "What is known of the contact did not load. "
                <button class="btn ghost sm" type="button" on:click=move |_| load()>"Try again"</button>
            </p>
        }
        .into_any(),
        None => view! { <p class="panel-state muted">"Loading…"</p> }.into_any(),
    };
    view! { {body} }.into_any()
}

fn panels(screen: Screen, about: &About) -> AnyView {
    let contact = &about.contact;
    let page = screen.path(&format!("/contacts/{}", contact.id));
    let inbox = screen.path("/inbox");
    let open = screen.open_id();
    let (now, local) = (screen.now.get_untracked(), screen.local.get());
    let others: Vec<_> = about
        .conversations
        .items
        .iter()
        .filter(|row| Some(row.id) != open)
        .map(|row| past_line(row, &inbox, now, local))
        .collect();
    let past = if others.is_empty() {
        view! { <p class="muted small">"No other conversation."</p> }.into_any()
    } else {
        view! { <ul class="past">{others}</ul> }.into_any()
    };
    let twins = about.twins.first().map(|twin| {
        view! {
            <p class="banner warn edge">
                {icon("contacts", "sm")}
                <span class="grow">"May be the same as "<bdi>{twin.label().to_owned()}</bdi></span>
                <a class="link" href=page.clone() rel="external">"Look"</a>
            </p>
        }
    });
    view! {
        {twins}
        <details class="panel" open>
            <summary>"Custom fields"{icon("down", "xs")}</summary>
            <div class="stack">
                {values_view(about)}
                <p><a class="link" href=page rel="external">"Open contact"</a></p>
            </div>
        </details>
        <details class="panel" open>
            <summary>"Note"{icon("down", "xs")}</summary>
            <div>{note_view(&contact.note)}</div>
        </details>
        <details class="panel" open>
            <summary>"Other conversations"{icon("down", "xs")}</summary>
            <div>{past}</div>
        </details>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
fn follow(contact: ContactId, load: impl Fn() + Copy + 'static) {
    use crate::frame::live::{Heard, listen};
    use domain::inbox::{Event, Live};
    listen(move |heard| match heard {
        Heard::Event(Live { event: Event::Contact { contact: about, .. }, .. }) if *about == contact => load(),
        Heard::Afresh => load(),
        Heard::Event(_) | Heard::Present(_) => {}
    });
}

use domain::id::ContactId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    edit::edit_dialog,
    screen::Screen,
    sections::{consent_view, details_view, fields_view, hero_view, merging_view, note_section, past_view, twins_view},
    server::{ContactView, load_contact},
};
use crate::{
    contacts::nav::{Part, sided},
    frame::{Here, page},
    ui::icon,
};

/// One contact.
#[component]
pub fn ContactPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).and_then(|id| id.parse::<ContactId>().ok());
    page(
        move |slug| async move {
            match id {
                Some(id) => load_contact(slug, id).await,
                None => Err(domain::Error::NotFound.into()),
            }
        },
        contact_page,
    )
}

pub fn contact_page(view: ContactView) -> AnyView {
    let screen = Screen::new(view);
    #[cfg(feature = "hydrate")]
    follow(screen);
    let frame = screen.frame();
    let content = view! {
        <div class="page__head">
            <div>
                <a class="btn ghost sm" href=frame.path(Here::Contacts) rel="external">{icon("back", "sm")}"Contacts"</a>
            </div>
        </div>
        {screen.task.problem_view()}
        {move || hero_view(screen)}
        <div class="split">
            <div class="stack">
                {move || twins_view(screen)}
                {move || consent_view(screen)}
                {move || note_section(screen)}
            </div>
            <div class="stack">
                {move || details_view(screen)}
                {move || fields_view(screen)}
                {move || past_view(screen)}
            </div>
        </div>
        {move || screen.editing.get().then(|| edit_dialog(screen))}
        {move || merging_view(screen)}
        {screen.toast.toast_view()}
    }
    .into_any();
    sided(&frame, Part::One, "Contact", content)
}

/// Whatever somebody else changes of the contact is shown.
#[cfg(feature = "hydrate")]
fn follow(screen: Screen) {
    use crate::{
        error::Fault,
        frame::live::{Heard, listen, one_at_a_time},
        ui::reload,
    };
    use domain::inbox::Event;
    let fetch = one_at_a_time(move || {
        let (slug, id) = (screen.frame().workspace.slug.clone(), screen.id());
        async move {
            match load_contact(slug, id).await {
                // Merged into another one: its page says so.
                Ok(view) if view.about.contact.id != id => {
                    let base = view.frame.path(Here::Contacts);
                    crate::contacts::create::go(&format!("{base}/{}", view.about.contact.id));
                }
                Ok(view) => {
                    screen.about.try_set(view.about);
                    screen.consent.try_set(view.consent);
                }
                // The page that is fetched anew says what is the matter.
                Err(Fault::SignedOut | Fault::Domain(_)) => reload(),
                // The next change tries again.
                Err(_) => {}
            }
        }
    });
    listen(move |heard| {
        let id = screen.id();
        let ours = match heard {
            Heard::Afresh => true,
            Heard::Event(live) => match &live.event {
                Event::Contact { contact, .. } => {
                    *contact == id
                        || screen.about.with_untracked(|about| about.twins.iter().any(|twin| twin.id == *contact))
                }
                Event::Conversation { row, .. } | Event::Message { row, .. } | Event::MessageChanged { row, .. } => {
                    row.contact.id == id
                }
                _ => false,
            },
            Heard::Present(_) => false,
        };
        if ours {
            fetch();
        }
    });
}

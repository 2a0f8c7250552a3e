//! The inbox as a page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::{
    contact::contact_view,
    frame::{around, keys_view, unread},
    lasting::lasting,
    lazy::{Extra, show},
    list::list_view,
    over::Over,
    parked::parked_view,
    place::Place,
    screen::Screen,
    screenful::Screenful,
    server::load_inbox,
    thread::middle_view,
    undo::undo_view,
};
use crate::{
    error::Fault,
    frame::{fault_view, titled},
    ui::icon,
};

/// Fetches what the address asks for; the browser takes over what the server has drawn.
#[component]
pub fn InboxPage() -> impl IntoView {
    let location = use_location();
    let read = move || {
        let path = location.pathname.get();
        location.query.with(|query| Place::read(&path, |key| query.get(key)))
    };
    let place = lasting(|| Memo::new(move |_| read()));
    let first = Resource::new_blocking(|| (), move |()| load(place.get_untracked()));
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(first) => inbox_view(lasting(|| Screen::new(first, place))),
                    Err(fault) => fault_view(fault),
                }
            })}
        </Suspense>
    }
}

async fn load(place: Place) -> Result<Screenful, Fault> {
    let Place { slug, open, view, before, older, unreadable, filter, .. } = place;
    let mut answer = match slug {
        Some(slug) => load_inbox(slug, view, open, before, older, filter).await,
        None => Err(domain::Error::NotFound.into()),
    };
    if let Ok(first) = &mut answer {
        first.missing |= unreadable;
    }
    answer_status(&answer);
    answer
}

/// The status of the page, and the way to the sign-in page.
fn answer_status(answer: &Result<Screenful, Fault>) {
    #[cfg(feature = "ssr")]
    {
        use http::{StatusCode, request::Parts};
        use leptos_axum::{ResponseOptions, redirect};
        let set = |status| {
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(status);
            }
        };
        match answer {
            Ok(first) if first.missing => set(StatusCode::NOT_FOUND),
            Ok(_) => {}
            Err(Fault::SignedOut) => {
                let here = with_context::<Parts, _>(|parts| parts.uri.path_and_query().map(ToString::to_string));
                let next = here.flatten().unwrap_or_default();
                redirect(&format!("/login?next={}", crate::ui::encode(&next)));
            }
            Err(fault) => set(fault.status()),
        }
    }
    let _ = answer;
}

fn inbox_view(screen: Screen) -> AnyView {
    take_over(screen);
    let unread = unread(screen);
    const TITLE: &str = "Inbox · Parlance";
    #[cfg(feature = "hydrate")]
    let title = move || titled(unread.get(), TITLE);
    // The server writes the head when what the page hangs on may be gone already.
    #[cfg(not(feature = "hydrate"))]
    let title = titled(unread.get_untracked(), TITLE);
    let panes = view! {
        <h1 class="sr">"Inbox"</h1>
        {locked_view(&screen.facts().locked)} {parked_view(screen)}
        <div class="inbox" data-pane=move || screen.place.read().pane.as_str()>
            <div class="inbox__grid">{list_view(screen)} {middle_view(screen)} {contact_view(screen)}</div>
        </div>
    }
    .into_any();
    view! {
        <Title text=title/>
        {around(screen, unread, panes)}
        {keys_view(screen)}
        {move || screen.picking.get().map(|picking| show(screen, Extra::Template(picking)))}
        {move || screen.attaching.get().map(|conversation| show(screen, Extra::Attach(conversation)))}
        {move || screen.over.get().map(|over| show(screen, Extra::Over(over)))}
        {undo_view(screen)}
        {show(screen, Extra::Told)}
    }
    .into_any()
}

/// What colleagues write to customers waits as long as this stands here; nothing is lost.
fn locked_view(numbers: &[String]) -> AnyView {
    if numbers.is_empty() {
        return ().into_any();
    }
    let numbers = numbers.join(", ");
    view! {
        <div class="banner bad edge" role="status">
            {icon("lock", "")}
            <p>
                <b>"Sending is on hold. "</b>
                {format!("The access token of {numbers} does not open with the keys of this installation. ")}
                "Replies wait and are sent once it does; whoever runs it finds more with "<code>"parlance doctor"</code>"."
            </p>
        </div>
    }
    .into_any()
}

/// Everything that only a browser does; effects do not run on the server.
fn take_over(screen: Screen) {
    screen.follow();
    Effect::new(move |_| {
        if let Some(to) = screen.place.get_untracked().to.filter(|_| screen.may_start()) {
            screen.over.set(Some(Over::Start(Some(to))));
        }
    });
    #[cfg(feature = "hydrate")]
    {
        super::live::start(screen);
        super::keys::listen(screen);
        super::focus::keep(screen);
        super::lazy::preload();
        on_cleanup(move || screen.go_away());
    }
}

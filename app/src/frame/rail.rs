use leptos::prelude::*;

use super::{Extras, Frame, Here, many};
use crate::ui::icon;

/// In this order; the settings stand for all that is listed beside them.
const PLACES: [(Here, bool); 8] = [
    (Here::Inbox, false),
    (Here::Contacts, false),
    (Here::Dashboard, false),
    (Here::Team, false),
    (Here::Permissions, true),
    (Here::Audit, true),
    (Here::DeadLetters, true),
    (Here::Settings, false),
];

/// A rail of icons; on a phone, tabs along the lower edge.
pub fn rail_view(frame: &Frame, here: Here, extras: Extras) -> AnyView {
    let home = frame.path(Here::Inbox);
    let places = PLACES.into_iter().filter_map(|(place, wide)| link(frame, here, place, wide, extras)).collect_view();
    view! {
        <nav class="rail" aria-label="Main">
            <a class="rail__mark" href=home rel=(here != Here::Inbox).then_some("external") aria-label="Parlance home">
                {icon("mark", "lg")}
            </a>
            {places}
            <span class="rail__gap"></span>
            {frame
                .demo
                .then(|| {
                    view! {
                        <a class="rail__wide" href="/simulator" rel="external" target="_blank" data-tip="Demo phone">
                            {icon("device", "")}
                            <span class="sr">"Demo phone, opens in a new tab"</span>
                        </a>
                    }
                })}
            {extras
                .keys
                .then(|| {
                    view! {
                        <button
                            class="script rail__wide"
                            type="button"
                            id="keys-button"
                            popovertarget="keys"
                            data-tip="Shortcuts  ?"
                            aria-keyshortcuts="?"
                        >
                            {icon("keyboard", "")}
                            <span class="sr">"Keyboard shortcuts"</span>
                        </button>
                    }
                })}
        </nav>
    }
    .into_any()
}

fn link(frame: &Frame, here: Here, place: Here, wide: bool, extras: Extras) -> Option<AnyView> {
    // Who may not change the workspace still has settings of their own.
    let target = match place {
        Here::Settings if !place.offered(&frame.access) => Here::Security,
        place => place,
    };
    if !target.offered(&frame.access) {
        return None;
    }
    let current = (stands_for(here) == place).then_some("page");
    // The inbox moves within itself; everything else is another page.
    let rel = (here != Here::Inbox || place != Here::Inbox).then_some("external");
    let unread = extras.unread.filter(|_| place == Here::Inbox);
    let count = move || unread.map(|unread| unread.get()).filter(|count| *count > 0);
    Some(
        view! {
            <a class:rail__wide=wide href=frame.path(target) rel=rel aria-current=current data-tip=place.label()>
                {icon(place.drawing(), "")}
                {move || count().map(|count| view! { <span class="count" aria-hidden="true">{many(count)}</span> })}
                <span class="rail__text">{place.label()}</span>
                {move || count().map(|count| view! { <span class="sr">", "{many(count)}" unread"</span> })}
            </a>
        }
        .into_any(),
    )
}

/// What the tabs of a phone have no room for: it is in the account menu there.
pub(super) fn rest_view(frame: &Frame) -> AnyView {
    let rest = PLACES.iter().filter(|(place, wide)| *wide && place.offered(&frame.access));
    rest.map(|(place, _)| {
        view! {
            <a class="phone-only" href=frame.path(*place) rel="external">
                {icon(place.drawing(), "sm")}
                {place.label()}
            </a>
        }
    })
    .collect_view()
    .into_any()
}

/// Under which place of the rail a page is found.
const fn stands_for(here: Here) -> Here {
    match here {
        Here::Roles => Here::Permissions,
        Here::Labels | Here::QuickReplies | Here::Tokens | Here::Security | Here::Notifications => Here::Settings,
        here => here,
    }
}

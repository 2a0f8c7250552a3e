//! The focus is never lost to the page: what had it may leave the screen, by a key, by the address or by an event.
#![cfg(feature = "hydrate")]

use domain::id::ConversationId;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{place::Pane, screen::Screen};

pub fn keep(screen: Screen) {
    let last = StoredValue::<Option<HtmlElement>, LocalStorage>::new_local(None);
    let handle = window_event_listener(ev::focusin, move |event| {
        last.set_value(event.target().and_then(|target| target.dyn_into().ok()));
    });
    on_cleanup(move || handle.remove());
    Effect::new(move |before: Option<Option<ConversationId>>| {
        let open = screen.place.read().open;
        screen.rows.track();
        screen.middle.track();
        screen.open.track();
        screen.bubbles.track();
        screen.problem.track();
        screen.missed.track();
        // Which row to go back to, once nothing is open.
        let row = open.or_else(|| before.flatten());
        request_animation_frame(move || {
            let lost = last.try_with_value(|last| last.clone().filter(|last| !shown(last))).flatten();
            if let Some(lost) = lost {
                rescue(screen, &lost, row);
            }
        });
        row
    });
}

pub fn shown(element: &HtmlElement) -> bool {
    element.is_connected() && element.offset_width() > 0
}

/// To what stands in its place, unless the focus has a place already.
fn rescue(screen: Screen, lost: &HtmlElement, row: Option<ConversationId>) {
    let active = document().active_element().and_then(|active| active.dyn_into::<HtmlElement>().ok());
    if active.is_some_and(|active| active.tag_name() != "BODY" && shown(&active)) {
        return;
    }
    let of_row = |id: String| format!("a.convo[data-id=\"{id}\"]");
    let mut places = Vec::new();
    // A row that moved, and a composer that was replaced.
    places.extend(lost.get_attribute("data-id").map(of_row));
    if lost.closest(".composer").ok().flatten().is_some() {
        places.extend(["#reply".to_owned(), ".composer button".to_owned()]);
    }
    match screen.place.with_untracked(|place| place.pane) {
        Pane::List => places.extend(row.map(|row| of_row(row.to_string()))),
        Pane::Thread => places.extend([".thread__scroll".to_owned(), ".thread :is(a, button)".to_owned()]),
        Pane::Contact => places.push(".contact".to_owned()),
    }
    places.extend(["a.convo".to_owned(), ".list__items".to_owned(), "#main".to_owned()]);
    let there = |place: &String| document().query_selector(place).ok().flatten()?.dyn_into::<HtmlElement>().ok();
    if let Some(place) = places.iter().filter_map(there).find(shown) {
        let _ = place.focus();
    }
}

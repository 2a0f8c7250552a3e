//! Single letters, while no field has the focus.
#![cfg(feature = "hydrate")]

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::{focus::shown, head::back, over::Over, place::Pane, row::address, screen::Screen};
use domain::{conversation::State, inbox::Row, permission::Permission};

pub fn listen(screen: Screen) {
    let navigate = use_navigate();
    let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if commands(&event) {
            event.prevent_default();
            if find("dialog[open]").is_none() {
                screen.over.set(Some(Over::Palette));
            }
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() || event.default_prevented()
        {
            return;
        }
        // A dialog has keys of its own.
        if find("dialog[open]").is_some() {
            return;
        }
        let key = event.key();
        // A key that is held down walks on; it does not close one conversation after another.
        if event.repeat() && !matches!(key.as_str(), "j" | "k" | "ArrowDown" | "ArrowUp") {
            return;
        }
        if key == "Escape" {
            escape(screen, &navigate);
            return;
        }
        if in_menu(&key) {
            event.prevent_default();
            return;
        }
        if typing() || open_popover() {
            if !typing() && type_ahead(&key) {
                event.prevent_default();
            }
            return;
        }
        let done = match key.as_str() {
            "j" => step(1),
            "k" => step(-1),
            "o" => click_focused(),
            "/" => focus("#search"),
            "c" => click("#start-button"),
            "r" => focus("#reply") || click("#reply-tab"),
            "n" => focus("#note") || click("#note-tab"),
            "a" => click("#assign-button") && (focus("#assign [aria-current]") || focus("#assign button")),
            "e" => close_and_go_on(screen, &navigate),
            "G" => {
                screen.to_newest();
                true
            }
            "i" => take(screen),
            "t" => click("#template-button"),
            "h" => click("#later-button") && focus("#later button"),
            "u" => click("#unread-button"),
            "l" => click("#label-button"),
            "f" => click("#filter-button"),
            "x" | "X" => select(screen, event.shift_key()),
            "z" => click("#undo-button"),
            "?" => click("#keys-button") && focus("#keys button"),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// The one chord: it works in fields too.
pub(crate) fn commands(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key())
        && !event.alt_key()
        && !event.shift_key()
        && event.key().eq_ignore_ascii_case("k")
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn active() -> Option<Element> {
    document().active_element()
}

fn typing() -> bool {
    // A box that is ticked is no field.
    let field = "input:not([type=checkbox]), textarea, select";
    active().is_some_and(|element| element.matches(field).unwrap_or_default())
}

fn open_popover() -> bool {
    find(":popover-open").is_some()
}

fn focus(selector: &str) -> bool {
    find(selector).is_some_and(|element| element.focus().is_ok())
}

fn click(selector: &str) -> bool {
    find(selector).map(|element| element.click()).is_some()
}

/// Arrows, Home and End go through the open menu.
fn in_menu(key: &str) -> bool {
    let by_key = ["ArrowDown", "ArrowUp", "Home", "End"].contains(&key);
    let Some(menu) = find(".menu:popover-open").filter(|_| by_key) else { return false };
    let items = items(&menu);
    let here = active().and_then(|element| items.iter().position(|item| item.is_same_node(Some(&element))));
    let count = items.len().max(1);
    let next = match (key, here) {
        ("Home", _) | ("ArrowDown", None) => 0,
        ("End", _) | ("ArrowUp", None) => count - 1,
        ("ArrowDown", Some(here)) => (here + 1) % count,
        (_, Some(here)) => (here + count - 1) % count,
        _ => return false,
    };
    items.get(next).is_some_and(|item| item.focus().is_ok())
}

/// What can be chosen in a menu: not what this width does without.
fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(items) = menu.query_selector_all("button, a[href]") else { return Vec::new() };
    (0..items.length()).filter_map(|i| items.item(i)?.dyn_into().ok()).filter(shown).collect()
}

/// To the next item of the open menu that begins with the letter.
fn type_ahead(key: &str) -> bool {
    let Some(menu) = find(".menu:popover-open").filter(|_| key.chars().count() == 1 && key != " ") else {
        return false;
    };
    let mut items = items(&menu);
    let here = active().and_then(|element| items.iter().position(|item| item.is_same_node(Some(&element))));
    items.rotate_left(here.map_or(0, |here| here + 1));
    let begins = |item: &&HtmlElement| {
        item.text_content().unwrap_or_default().trim().to_lowercase().starts_with(&key.to_lowercase())
    };
    items.iter().find(begins).is_some_and(|item| item.focus().is_ok())
}

/// To the row below or above the one that has the focus, else the open one.
fn step(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all("a.convo") else { return false };
    let rows = (0..rows.length()).filter_map(|i| rows.item(i)?.dyn_into::<HtmlElement>().ok());
    // Where something is looked for, the list itself is out of sight.
    let rows: Vec<HtmlElement> = rows.filter(shown).collect();
    let here = active().and_then(|element| rows.iter().position(|row| row.is_same_node(Some(&element))));
    let here = here.or_else(|| rows.iter().position(|row| row.get_attribute("aria-current").is_some()));
    let next = match here {
        None => Some(0),
        Some(here) if by > 0 => Some(here + 1),
        Some(here) => here.checked_sub(1),
    };
    next.and_then(|next| rows.get(next)).is_some_and(|row| row.focus().is_ok())
}

/// The row that has the focus, else the open one.
fn select(screen: Screen, range: bool) -> bool {
    let row = active().filter(|element| element.matches("a.convo").unwrap_or_default());
    let row = row.or_else(|| find("a.convo[aria-current]").map(Into::into));
    let Some(id) = row.and_then(|row| row.get_attribute("data-id")?.parse().ok()) else { return false };
    screen.select(id, range);
    true
}

fn click_focused() -> bool {
    let row = active().filter(|element| element.matches("a.convo").unwrap_or_default());
    row.and_then(|row| row.dyn_into::<HtmlElement>().ok()).map(|row| row.click()).is_some()
}

/// Assigns the open conversation to the member.
fn take(screen: Screen) -> bool {
    let may = |row: &Row| screen.may(Permission::ConversationsAssign, row.assignee);
    let Some(row) = screen.open.get_untracked().filter(|row| screen.can_reply() && may(row)) else { return false };
    if row.assignee != Some(screen.me()) {
        screen.assign(row.id, Some(screen.me()));
    }
    true
}

/// After closing, the next conversation opens and has the focus.
fn close_and_go_on(
    screen: Screen,
    navigate: &(impl Fn(&str, leptos_router::NavigateOptions) + Clone + 'static),
) -> bool {
    let Some(row) = screen.open.get_untracked().filter(|row| screen.may(Permission::ConversationsClose, row.assignee))
    else {
        return false;
    };
    if row.state == State::Closed {
        screen.reopen(row.id);
        return true;
    }
    let next = screen.rows.with_untracked(|rows| {
        let place = rows.iter().position(|cell| cell.id == row.id.0)?;
        rows.get(place + 1).or_else(|| rows.get(place.checked_sub(1)?)).map(|cell| cell.id)
    });
    screen.close(row.id);
    if let Some(next) = next {
        focus(&format!("a.convo[data-id=\"{next}\"]"));
        navigate(&untrack(|| address(screen, next, "")), Default::default());
    }
    true
}

/// Out of the field, then back by one pane. Popovers close by themselves.
fn escape(screen: Screen, navigate: &(impl Fn(&str, leptos_router::NavigateOptions) + Clone + 'static)) {
    if open_popover() {
        return;
    }
    if typing() {
        if let Some(field) = active().and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = field.blur();
        }
        focus(".thread__scroll");
        return;
    }
    if !screen.selected.with_untracked(Vec::is_empty) {
        screen.select_none();
        return;
    }
    let place = screen.place.get_untracked();
    match (place.pane, place.open) {
        (Pane::Contact, Some(id)) => navigate(&untrack(|| address(screen, id, "")), Default::default()),
        (Pane::List, _) => {}
        _ => navigate(&untrack(|| back(screen)), Default::default()),
    }
}

//! `J` and `K` move through the dead letters while one is open, `X` selects it, Esc closes it.
#![cfg(feature = "hydrate")]

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::screen::Screen;

pub fn listen(screen: Screen) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let typing = at.as_ref().is_some_and(|at| matches!(at.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"));
        let asked = screen.ask.with_untracked(Option::is_some);
        if typing || asked || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        // What is open over the page has keys of its own.
        if document().query_selector(":popover-open, dialog[open]").ok().flatten().is_some() {
            return;
        }
        let selector = match event.key().as_str() {
            "Escape" => "#letter-close",
            "j" => "tr.open + tr .dead__open",
            "k" => "tr:has(+ tr.open) .dead__open",
            "x" => "tr.open .check",
            _ => return,
        };
        let Some(found) = document().query_selector(selector).ok().flatten() else { return };
        if let Ok(found) = found.dyn_into::<HtmlElement>() {
            event.prevent_default();
            let row = document().query_selector("tr.open .dead__open").ok().flatten();
            found.click();
            // Closed, the row that it was opened from has the focus.
            match (selector, row.and_then(|row| row.dyn_into::<HtmlElement>().ok())) {
                ("#letter-close", Some(row)) => drop(row.focus()),
                ("tr.open .check", _) => {}
                _ => drop(found.focus()),
            }
        }
    });
    on_cleanup(move || handle.remove());
}

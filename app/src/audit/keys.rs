//! `J` and `K` move through the entries while one is open, Esc closes it.
#![cfg(feature = "hydrate")]

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub fn listen() {
    let handle = window_event_listener(ev::keydown, |event| {
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|at| matches!(at.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"));
        if typing || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        let selector = match event.key().as_str() {
            "Escape" => "#entry-close",
            "j" => "tr.open + tr .audit__open",
            "k" => "tr:has(+ tr.open) .audit__open",
            _ => return,
        };
        let found = document().query_selector(selector).ok().flatten().and_then(|at| at.dyn_into::<HtmlElement>().ok());
        if let Some(link) = found {
            event.prevent_default();
            link.click();
            // Where the entry was opened from keeps the focus.
            if selector == "#entry-close" {
                focus("tr.open .audit__open");
            } else {
                let _ = link.focus();
            }
        }
    });
    on_cleanup(move || handle.remove());
}

fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(at) = found.and_then(|at| at.dyn_into::<HtmlElement>().ok()) {
        let _ = at.focus();
    }
}

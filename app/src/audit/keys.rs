//! `J` and `K` move through the entries while one is open, Esc closes it.
#![cfg(feature = "hydrate")]

use std::time::Duration;

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
            if selector == "#entry-close" {
                // Where the entry was opened from keeps the focus, also once the table is drawn again.
                let row = document().query_selector("tr.open .audit__open").ok().flatten();
                let address = row.and_then(|row| row.get_attribute("href"));
                link.click();
                if let Some(address) = address {
                    keep_focus(format!(".audit__open[href=\"{address}\"]"), 5);
                }
            } else {
                link.click();
                let _ = link.focus();
            }
        }
    });
    on_cleanup(move || handle.remove());
}

/// Looks after it some times: the page may still be changing.
fn keep_focus(selector: String, times: u32) {
    let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY" || !active.is_connected());
    let found = document().query_selector(&selector).ok().flatten();
    if let Some(at) = found.filter(|_| lost).and_then(|at| at.dyn_into::<HtmlElement>().ok()) {
        let _ = at.focus();
    }
    if times > 0 {
        set_timeout(move || keep_focus(selector, times - 1), Duration::from_millis(100));
    }
}

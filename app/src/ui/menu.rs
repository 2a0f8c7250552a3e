//! The keys of a menu. Escape and the way back to the button come with the popover.

use leptos::ev::{Event, KeyboardEvent};

/// For `toggle`: a menu that opens gives the focus to its first choice, or to the current one.
pub fn opened(event: Event) {
    #[cfg(feature = "hydrate")]
    web::opened(&event);
    let _ = event;
}

/// For `toggle`: whether the menu is open now.
pub fn is_open(event: &Event) -> bool {
    #[cfg(feature = "hydrate")]
    return web::is_open(event);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// For `keydown`: arrows, Home and End walk through the choices.
pub fn arrows(event: KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    web::arrows(&event);
    let _ = event;
}

/// Hides the menu with this id.
pub fn hide(id: &str) {
    #[cfg(feature = "hydrate")]
    web::hide(id);
    let _ = id;
}

#[cfg(feature = "hydrate")]
mod web {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

    fn choices(menu: &Element) -> Vec<HtmlElement> {
        let Ok(found) = menu.query_selector_all("button:not(:disabled), a[href]") else { return Vec::new() };
        let all = (0..found.length()).filter_map(|place| found.item(place)?.dyn_into::<HtmlElement>().ok());
        // Not what this width does without.
        all.filter(|choice| choice.offset_width() > 0).collect()
    }

    fn menu_of(event: &Event) -> Option<Element> {
        event.current_target()?.dyn_into().ok()
    }

    pub fn is_open(event: &Event) -> bool {
        menu_of(event).is_some_and(|menu| menu.matches(":popover-open").unwrap_or_default())
    }

    pub fn opened(event: &Event) {
        let Some(menu) = menu_of(event).filter(|menu| menu.matches(":popover-open").unwrap_or_default()) else {
            return;
        };
        // A quick hand was there before this event.
        if document().active_element().is_some_and(|active| menu.contains(Some(&active))) {
            return;
        }
        let current = menu.query_selector("[aria-current]:not(:disabled)").ok().flatten();
        let first = current.and_then(|choice| choice.dyn_into().ok()).or_else(|| choices(&menu).into_iter().next());
        if let Some(first) = first {
            let _: Result<(), _> = HtmlElement::focus(&first);
        }
    }

    pub fn arrows(event: &KeyboardEvent) {
        let key = event.key();
        let Some(menu) = menu_of(event).filter(|_| ["ArrowDown", "ArrowUp", "Home", "End"].contains(&key.as_str()))
        else {
            return;
        };
        let choices = choices(&menu);
        let active = document().active_element();
        let here = active.and_then(|active| choices.iter().position(|choice| choice.is_same_node(Some(&active))));
        let count = choices.len().max(1);
        let next = match (key.as_str(), here) {
            ("Home", _) | ("ArrowDown", None) => 0,
            ("End", _) | ("ArrowUp", None) => count - 1,
            ("ArrowDown", Some(here)) => (here + 1) % count,
            (_, Some(here)) => (here + count - 1) % count,
            _ => return,
        };
        if choices.get(next).is_some_and(|choice| choice.focus().is_ok()) {
            event.prevent_default();
        }
    }

    pub fn hide(id: &str) {
        if let Some(menu) = document().get_element_by_id(id).and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
            // Hidden already is what was wanted.
            let _ = menu.hide_popover();
        }
    }
}

//! The field. As long as something stands in it, what was found stands where the list does.

use leptos::{ev::KeyboardEvent, prelude::*};

use crate::{
    inbox::{
        lazy::{Extra, show},
        screen::Screen,
    },
    ui::icon,
};

pub const FIELD: &str = "#search";
const ITEMS: &str = ".found a.convo";

/// Above the list.
pub fn field_view(screen: Screen) -> AnyView {
    let pressed = move |event: KeyboardEvent| {
        let done = match event.key().as_str() {
            "Escape" if !screen.words.read_untracked().is_empty() => {
                screen.words.set(String::new());
                true
            }
            "ArrowDown" => focus_on(ITEMS),
            "Enter" => press_first(),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    };
    view! {
        <div class="list__search input-icon script" role="search">
            {icon("search", "sm")}
            <input
                id="search"
                class="input"
                type="search"
                aria-label="Search people and messages"
                aria-keyshortcuts="/"
                placeholder="Search people and messages"
                autocomplete="off"
                maxlength="128"
                prop:value=move || screen.words.get()
                on:input=move |event| screen.words.set(event_target_value(&event))
                on:keydown=pressed
            />
        </div>
    }
    .into_any()
}

/// Whether anything is looked for.
pub fn looking(screen: Screen) -> Memo<bool> {
    Memo::new(move |_| !screen.words.read().trim().is_empty())
}

/// In place of the list, while something is looked for.
pub fn found_view(screen: Screen, looking: Memo<bool>) -> AnyView {
    view! { {move || looking.get().then(|| show(screen, Extra::Search))} }.into_any()
}

#[cfg(feature = "hydrate")]
mod web {
    use super::*;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    fn all() -> Vec<HtmlElement> {
        let Ok(items) = document().query_selector_all(ITEMS) else { return Vec::new() };
        (0..items.length()).filter_map(|i| items.item(i)?.dyn_into().ok()).collect()
    }

    /// True when it is there.
    pub fn focus_on(selector: &str) -> bool {
        let found = document().query_selector(selector).ok().flatten();
        found.and_then(|found| found.dyn_into::<HtmlElement>().ok()).is_some_and(|found| found.focus().is_ok())
    }

    pub fn press_first() -> bool {
        all().first().map(HtmlElement::click).is_some()
    }

    /// To the next or the one before; above the first stands the field.
    pub fn step(by: i32) -> bool {
        let all = all();
        let active = document().active_element();
        let here = active.and_then(|active| all.iter().position(|item| item.is_same_node(Some(&active))));
        match (here, by > 0) {
            (Some(0), false) => focus_on(FIELD),
            (Some(here), false) => all.get(here - 1).is_some_and(|item| item.focus().is_ok()),
            (here, _) => all.get(here.map_or(0, |here| here + 1)).is_some_and(|item| item.focus().is_ok()),
        }
    }
}

/// What only a browser can do.
#[cfg(not(feature = "hydrate"))]
mod web {
    pub const fn focus_on(_: &str) -> bool {
        false
    }

    pub const fn press_first() -> bool {
        false
    }

    pub const fn step(_: i32) -> bool {
        false
    }
}

pub use web::{focus_on, press_first, step};

//! The left half of the dialog: search, category, language, and what there is.

use domain::{
    id::TemplateId,
    template::{Category, Template, language_name},
};
use leptos::prelude::*;

use super::{super::screen::Screen, offer::begins};
use crate::ui::{icon, menu, search, segment};

/// What the list is narrowed to.
#[derive(Clone, Copy)]
pub struct Narrow {
    pub words: RwSignal<String>,
    /// 0 all, 1 utility, 2 marketing.
    pub category: RwSignal<usize>,
    /// Meta's code; empty is any.
    pub language: RwSignal<String>,
}

impl Narrow {
    pub fn new() -> Self {
        Self { words: RwSignal::new(String::new()), category: RwSignal::new(0), language: RwSignal::new(String::new()) }
    }

    fn takes(self, template: &Template) -> bool {
        let words = self.words.get().trim().to_lowercase();
        let text = format!("{} {}", template.name, template.content.body).to_lowercase();
        let category = match self.category.get() {
            1 => template.category != Category::Marketing,
            2 => template.category == Category::Marketing,
            _ => true,
        };
        let language = self.language.get();
        category
            && (language.is_empty() || language == template.language)
            && words.split_whitespace().all(|word| text.contains(word))
    }
}

/// `choose` takes what was clicked.
pub fn choose_view(
    screen: Screen,
    narrow: Narrow,
    chosen: RwSignal<Option<TemplateId>>,
    choose: impl Fn(TemplateId) + Copy + Send + Sync + 'static,
) -> AnyView {
    let found = Memo::new(move |_| {
        screen.shelf.with(|shelf| shelf.items.iter().filter(|one| narrow.takes(one)).cloned().collect::<Vec<_>>())
    });
    let languages = Memo::new(move |_| {
        let mut codes: Vec<String> =
            screen.shelf.with(|shelf| shelf.items.iter().map(|one| one.language.clone()).collect());
        codes.sort();
        codes.dedup();
        codes
    });
    let count = screen.shelf.with_untracked(|shelf| shelf.items.len());
    let first = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            if let Some(one) = found.read_untracked().first() {
                choose(one.id);
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            focus_first();
        }
        _ => {}
    };
    let placeholder = if count == 0 { "Search templates".to_owned() } else { format!("Search {count} templates") };
    let options = move || {
        let option = |code: String| {
            let name = language_name(&code);
            view! { <option value=code>{name}</option> }
        };
        languages.get().into_iter().map(option).collect_view()
    };
    let rows = move || {
        let row = |one: Template| {
            let id = one.id;
            let stopped = one.why_not().map(|_| {
                view! { <span class="badge warn">{icon("alert", "xs")}{if one.status == domain::template::Status::Paused { "Paused" } else { "Not from here" }}</span> }
            });
            let badge = stopped.is_none().then(|| view! { <span class="badge">{one.category.label()}</span> });
            view! {
                <button
                    class="tplrow"
                    type="button"
                    aria-pressed=move || (chosen.get() == Some(id)).to_string()
                    aria-current=move || (chosen.get() == Some(id)).then_some("true")
                    on:click=move |_| choose(id)
                >
                    <b class="trunc">{one.name.clone()}</b>
                    {stopped}
                    {badge}
                    <small class="trunc">{language_name(&one.language)}" · "<bdi>{begins(&one)}</bdi></small>
                </button>
            }
        };
        found.get().into_iter().map(row).collect_view()
    };
    let nothing = move || {
        let shelf = screen.shelf.get();
        let why = match () {
            () if !found.read().is_empty() => return None,
            () if !shelf.loaded && shelf.problem.is_none() => "Loading templates…",
            () if shelf.items.is_empty() => "Meta has approved no template for this number yet.",
            () => "No template matches. Try another word, any category and any language.",
        };
        Some(view! { <p class="muted">{why}</p> })
    };
    view! {
        <div class="stack tplchoice">
            <div on:keydown=first>{search(narrow.words, "Search templates", placeholder)}</div>
            <div class="row between wrap">
                {segment("Category", narrow.category, &["All", "Utility", "Marketing"])}
                <select
                    class="input sm language"
                    aria-label="Language"
                    on:change=move |event| narrow.language.set(event_target_value(&event))
                >
                    <option value="">"Any language"</option>
                    {options}
                </select>
            </div>
            <div class="tpllist" role="group" aria-label="Templates" on:keydown=menu::arrows>{rows} {nothing}</div>
        </div>
    }
    .into_any()
}

fn focus_first() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let first = document().query_selector(".tpllist button").ok().flatten();
        if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = first.focus();
        }
    }
}

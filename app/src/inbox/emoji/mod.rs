//! Emoji for what is being written.

mod table;

use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*};

use super::composer::text::put;
use crate::ui::icon;
use table::TABLE;

const PANEL: &str = "emoji-panel";
/// As many stand in a row, by the style too.
const COLUMNS: usize = 10;

/// The button, and what it opens.
pub fn emoji_view(area: NodeRef<Textarea>) -> AnyView {
    let open = RwSignal::new(false);
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && open.get_untracked() {
            event.prevent_default();
            event.stop_propagation();
            open.set(false);
            focus(area);
        }
    };
    view! {
        <span class="emoji__box" on:keydown=escape>
            <button
                class="btn ghost square sm"
                type="button"
                aria-label="Emoji"
                title="Emoji"
                aria-expanded=move || open.get().to_string()
                aria-controls=move || open.get().then_some(PANEL)
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {icon("smile", "sm")}
            </button>
            {move || open.get().then(|| panel(area, open))}
        </span>
    }
    .into_any()
}

fn focus(area: NodeRef<Textarea>) {
    if let Some(area) = area.get_untracked() {
        let _ = area.focus();
    }
}

/// The focus stays in its field: arrows walk, Enter takes, Escape leaves.
fn panel(area: NodeRef<Textarea>, open: RwSignal<bool>) -> AnyView {
    let (typed, at) = (RwSignal::new(String::new()), RwSignal::new(0usize));
    let fitting = Memo::new(move |_| fitting(&typed.get()));
    let take = move |emoji: &'static str| {
        put(area, emoji);
        open.set(false);
    };
    let keydown = move |event: KeyboardEvent| {
        let count = fitting.with_untracked(Vec::len);
        let key = event.key();
        // Enter also ends a composition; and would send the form.
        if event.is_composing() {
            if key == "Enter" {
                event.prevent_default();
            }
            return;
        }
        // To the sides the caret goes, where something was typed.
        let aside = matches!(key.as_str(), "ArrowLeft" | "ArrowRight") && !typed.with_untracked(String::is_empty);
        if aside || event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        match key.as_str() {
            "Enter" => {
                if let Some((emoji, _)) = fitting.with_untracked(|all| all.get(at.get_untracked()).copied()) {
                    take(emoji);
                }
            }
            key => match stepped(key, at.get_untracked(), count) {
                Some(next) => at.set(next),
                None => return,
            },
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    Effect::new(move |_| into_view(at.get()));
    let one = move |(nth, (emoji, words)): (usize, (&'static str, &'static str))| {
        view! {
            <li
                id=format!("emoji-{nth}")
                role="option"
                aria-label=words
                title=words
                aria-selected=move || (at.get() == nth).to_string()
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| take(emoji)
            >
                {emoji}
            </li>
        }
    };
    view! {
        <div class="emoji" id=PANEL>
            <input
                class="input sm"
                type="search"
                node_ref=field
                role="combobox"
                aria-label="Find an emoji"
                placeholder="Find an emoji"
                autocomplete="off"
                aria-expanded=move || fitting.with(|all| !all.is_empty()).to_string()
                aria-autocomplete="list"
                aria-controls="emoji-list"
                aria-activedescendant=move || fitting.with(|all| !all.is_empty()).then(|| format!("emoji-{}", at.get()))
                on:keydown=keydown
                on:input=move |event| {
                    at.set(0);
                    typed.set(event_target_value(&event));
                }
            />
            <ul id="emoji-list" role="listbox" aria-label="Emoji" hidden=move || fitting.with(Vec::is_empty)>
                {move || fitting.get().into_iter().enumerate().map(one).collect_view()}
            </ul>
            <p class="muted small" role="status">
                {move || fitting.with(Vec::is_empty).then_some("No emoji is called that.")}
            </p>
        </div>
    }
    .into_any()
}

/// Those of which each word that was typed begins one.
fn fitting(typed: &str) -> Vec<(&'static str, &'static str)> {
    let typed = typed.to_lowercase();
    let begins = |words: &str, typed: &str| words.split(' ').any(|word| word.starts_with(typed));
    let fits = |(_, words): &&(&str, &str)| typed.split_whitespace().all(|typed| begins(words, typed));
    TABLE.iter().filter(fits).copied().collect()
}

/// Where a key leads among so many, in rows.
fn stepped(key: &str, at: usize, count: usize) -> Option<usize> {
    let next = match key {
        "ArrowRight" => at + 1,
        "ArrowLeft" => at.saturating_sub(1),
        "ArrowDown" => at + COLUMNS,
        "ArrowUp" => at.checked_sub(COLUMNS).unwrap_or(at),
        _ => return None,
    };
    Some(if next < count { next } else { at })
}

/// The list is higher than its window.
fn into_view(nth: usize) {
    #[cfg(feature = "hydrate")]
    if let Some(one) = document().get_element_by_id(&format!("emoji-{nth}")) {
        let how = web_sys::ScrollIntoViewOptions::new();
        how.set_block(web_sys::ScrollLogicalPosition::Nearest);
        one.scroll_into_view_with_scroll_into_view_options(&how);
    }
    let _ = nth;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_found_by_how_its_words_begin() {
        let found = |typed| fitting(typed).into_iter().map(|(emoji, _)| emoji).collect::<Vec<_>>();
        assert_eq!(found("").len(), TABLE.len());
        assert_eq!(found("Thumb"), ["👍", "👎"]);
        assert_eq!(found("heart br"), ["💔"]);
        assert_eq!(found("humbs"), Vec::<&str>::new());
    }

    #[test]
    fn no_emoji_stands_there_twice() {
        let mut all: Vec<_> = TABLE.iter().map(|(emoji, _)| *emoji).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), TABLE.len());
    }

    #[test]
    fn arrows_stay_within() {
        assert_eq!(stepped("ArrowRight", 2, 3), Some(2));
        assert_eq!(stepped("ArrowLeft", 0, 3), Some(0));
        assert_eq!(stepped("ArrowDown", 1, 12), Some(11));
        assert_eq!(stepped("ArrowDown", 5, 12), Some(5));
        assert_eq!(stepped("ArrowUp", 5, 12), Some(5));
        assert_eq!(stepped("Home", 5, 12), None);
    }
}

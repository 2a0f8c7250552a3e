//! Commands by name: to a screen, to a customer, or something to be done with the open conversation.

use std::time::Duration;

use domain::{
    conversation::View, inbox::Filter, permission::Access, search::Person, text::ascii_fold, workspace::Slug,
};
use leptos::{ev::KeyboardEvent, html::Input, prelude::*, task::spawn_local};

use super::{place::query, row::address, screen::Screen, search::server::search};
use crate::{
    frame::Here,
    ui::{dialog, icon},
};

const ID: &str = "palette";
/// Customers that are offered: who looks for another types on.
const PEOPLE: usize = 6;
/// Choices that are shown at once.
const MOST: usize = 12;
/// After the last letter, before the server is asked.
const PAUSE: Duration = Duration::from_millis(180);

/// What a choice does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    /// As a press on what this leads to: it is there only where the person may do it.
    Press(&'static str),
    /// Within the inbox.
    Inside(String),
    /// Another page.
    Leave(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    label: String,
    key: &'static str,
    drawing: &'static str,
    act: Act,
}

/// Things to do: words, key, drawing, and what does it.
const COMMANDS: [(&str, &str, &str, &str); 15] = [
    ("Reply", "R", "reply", "#reply-tab"),
    ("Write a note for colleagues", "N", "note", "#note-tab"),
    ("Assign the conversation…", "A", "userplus", "#assign-button"),
    ("Close or reopen the conversation", "E", "check", ".thread__head .state"),
    ("Snooze the conversation…", "H", "clock", "#later-button"),
    ("Change labels…", "L", "tag", "#label-button"),
    ("Mark as unread", "U", "inbox", "#unread-button"),
    ("Send a template…", "T", "template", "#template-button"),
    ("Attach a file, a location, a contact…", "", "clip", "#attach-button"),
    ("Filter this list…", "F", "filter", "#filter-button"),
    ("Switch to another business number…", "", "device", "#number-button"),
    ("Keyboard shortcuts", "?", "keyboard", "#keys-button"),
    ("Switch to the light theme", "", "sun", "#account [name=theme][value=light]"),
    ("Switch to the dark theme", "", "moon", "#account [name=theme][value=dark]"),
    ("Log out", "", "leave", "#account form[action='/logout'] button"),
];

/// All places of a workspace, in the order of the rail.
const PLACES: [Here; 13] = [
    Here::Contacts,
    Here::Dashboard,
    Here::Team,
    Here::Permissions,
    Here::Roles,
    Here::Audit,
    Here::DeadLetters,
    Here::Settings,
    Here::Labels,
    Here::QuickReplies,
    Here::Tokens,
    Here::Security,
    Here::Notifications,
];

/// Whether the page has it.
fn is_there(selector: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return document().query_selector(selector).is_ok_and(|found| found.is_some());
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = selector;
        false
    }
}

/// What the person may do here and now, and where they may go.
fn entries(slug: &Slug, access: Access, inside: bool) -> Vec<Entry> {
    let commands =
        COMMANDS.iter().filter(|(.., selector)| is_there(selector)).map(|(label, key, drawing, selector)| Entry {
            label: (*label).to_owned(),
            key,
            drawing,
            act: Act::Press(selector),
        });
    let views = View::offered(&access).iter().map(|view| Entry {
        label: format!("Go to {}", view.label()),
        key: "",
        drawing: "inbox",
        act: to_inbox(slug, &query((*view != View::home(&access)).then_some(*view), &Filter::default()), inside),
    });
    let places = PLACES.into_iter().filter(|place| place.offered(&access)).map(|place| Entry {
        label: format!("Go to {}", place.label()),
        key: "",
        drawing: place.drawing(),
        act: Act::Leave(format!("/w/{slug}/{}", place.path())),
    });
    commands.chain(views).chain(places).collect()
}

/// The inbox moves within itself; from another page it is loaded.
fn to_inbox(slug: &Slug, rest: &str, inside: bool) -> Act {
    let path = format!("/w/{slug}/inbox{rest}");
    if inside { Act::Inside(path) } else { Act::Leave(path) }
}

fn person(slug: &Slug, screen: Option<Screen>, person: Person) -> Entry {
    let Person { contact, conversation, .. } = person;
    let phone = contact.phone.filter(|phone| *phone != contact.name);
    let label = [Some(contact.name), phone].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let act = match screen {
        Some(screen) => Act::Inside(untrack(|| address(screen, conversation, ""))),
        None => to_inbox(slug, &format!("/{conversation}"), false),
    };
    Entry { label, key: "", drawing: "contacts", act }
}

/// Those that hold every word that was typed; those that begin with it first.
fn fitting(entries: &[Entry], typed: &str) -> Vec<Entry> {
    let typed = ascii_fold(typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut fitting: Vec<(bool, &Entry)> = entries
        .iter()
        .filter_map(|entry| {
            let label = ascii_fold(&entry.label);
            let fits = words.iter().all(|word| label.contains(word));
            fits.then(|| (!words.first().is_some_and(|first| label.starts_with(first)), entry))
        })
        .collect();
    fitting.sort_by_key(|(later, _)| *later);
    fitting.into_iter().map(|(_, entry)| entry.clone()).collect()
}

/// Over the inbox, or without a `screen` over another page. `closed` takes it off the page.
pub fn palette_view(slug: Slug, access: Access, screen: Option<Screen>, closed: impl Fn() + 'static) -> AnyView {
    let all = StoredValue::new(entries(&slug, access, screen.is_some()));
    let (typed, at, people) =
        (RwSignal::new(String::new()), RwSignal::new(0_usize), RwSignal::new(Vec::<Entry>::new()));
    look_for_people(slug, screen, typed, people);
    let shown = Memo::new(move |_| {
        let mut shown = all.with_value(|all| typed.with(|typed| fitting(all, typed)));
        let people = people.get();
        shown.truncate(MOST.saturating_sub(people.len()));
        shown.extend(people);
        shown
    });
    Effect::new(move |_| {
        let count = shown.with(Vec::len);
        at.update(|at| *at = (*at).min(count.saturating_sub(1)));
    });
    let act = choose();
    let pick = move |nth: usize| {
        if let Some(entry) = shown.with_untracked(|shown| shown.get(nth).cloned()) {
            dialog::close(ID);
            act.run(entry.act);
        }
    };
    let keydown = move |event: KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        match event.key().as_str() {
            _ if event.is_composing() || count == 0 => return,
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Home" if event.ctrl_key() => at.set(0),
            "End" if event.ctrl_key() => at.set(count - 1),
            "Enter" => pick(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // Once the dialog is open: opening gives the focus to its first button.
            request_animation_frame(move || drop(field.focus()));
        }
    });
    let option = move |(nth, entry): (usize, Entry)| {
        let Entry { label, key, drawing, .. } = entry;
        view! {
            <li
                id=format!("{ID}-{nth}")
                role="option"
                aria-selected=move || (at.get() == nth).to_string()
                on:mousedown=move |event: leptos::ev::MouseEvent| event.prevent_default()
                on:click=move |_| pick(nth)
            >
                {icon(drawing, "sm")}
                <span class="grow" dir="auto">{label}</span>
                {(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
            </li>
        }
    };
    let content = view! {
        <div class="dialog__body palette">
            <input
                class="input lg"
                type="text"
                node_ref=field
                role="combobox"
                aria-label="Command"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="palette-list"
                aria-activedescendant=move || shown.with(|shown| !shown.is_empty()).then(|| format!("{ID}-{}", at.get()))
                placeholder="Type a command, a name or a number"
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=keydown
            />
            <ul id="palette-list" role="listbox" aria-label="Commands">
                {move || shown.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
            {move || shown.with(Vec::is_empty).then(|| {
                view! {
                    <p class="muted" role="status">
                        "Nothing fits “"<bdi>{typed.get()}</bdi>"”. Messages are found by the search of the inbox."
                    </p>
                }
            })}
        </div>
    }
    .into_any();
    let about = if access.sees_all() { "" } else { "Among your own conversations." };
    dialog::dialog(ID, "Commands".to_owned(), about.to_owned(), closed, content)
}

/// The field in the bar is there before the code that opens anything, so presses on it are heard at the window.
#[cfg(feature = "hydrate")]
pub fn hear_field(open: impl Fn() + 'static) {
    use wasm_bindgen::JsCast;
    let handle = window_event_listener(leptos::ev::click, move |event| {
        let pressed = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if pressed.and_then(|element| element.closest("#commands").ok().flatten()).is_some() {
            open();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Does what was chosen, once the dialog is gone and the focus is back.
fn choose() -> Callback<Act> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let navigate = leptos_router::hooks::use_navigate();
        let navigate = StoredValue::new_local(navigate);
        Callback::new(move |act| match act {
            Act::Press(selector) => request_animation_frame(move || {
                let found = document().query_selector(selector).ok().flatten();
                if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
                    found.click();
                }
            }),
            Act::Inside(path) => {
                navigate.try_with_value(|navigate| navigate(&path, leptos_router::NavigateOptions::default()));
            }
            Act::Leave(path) => {
                // Should that fail, the page stays as it is.
                let _ = window().location().assign(&path);
            }
        })
    }
    #[cfg(not(feature = "hydrate"))]
    Callback::new(|_: Act| {})
}

/// Asks for customers whenever the field has rested for a moment.
fn look_for_people(slug: Slug, screen: Option<Screen>, typed: RwSignal<String>, people: RwSignal<Vec<Entry>>) {
    let nth = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let words = typed.get();
        let mine = nth.get_value().wrapping_add(1);
        nth.set_value(mine);
        if words.trim().is_empty() {
            people.set(Vec::new());
            return;
        }
        let slug = slug.clone();
        let ask = move || {
            if nth.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                // Without an answer there are still the commands.
                let Ok(found) = search(slug.clone(), words).await else { return };
                if nth.try_get_value() == Some(mine) {
                    let some = found.people.items.into_iter().take(PEOPLE);
                    people.try_set(some.map(|one| person(&slug, screen, one)).collect());
                }
            });
        };
        set_timeout(ask, PAUSE);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_what_was_typed_comes_first() {
        let entry = |label: &str| Entry { label: label.to_owned(), key: "", drawing: "inbox", act: Act::Press("") };
        let all = ["Go to Team", "Reply", "Close the conversation", "Assign the conversation…"].map(entry);
        let labels = |typed| fitting(&all, typed).into_iter().map(|entry| entry.label).collect::<Vec<_>>();
        assert_eq!(labels(""), ["Go to Team", "Reply", "Close the conversation", "Assign the conversation…"]);
        assert_eq!(labels("conv as"), ["Assign the conversation…"]);
        assert_eq!(labels("t"), ["Go to Team", "Close the conversation", "Assign the conversation…"]);
        assert_eq!(labels("RE"), ["Reply"]);
        assert_eq!(labels("zebra"), [""; 0]);
    }
}

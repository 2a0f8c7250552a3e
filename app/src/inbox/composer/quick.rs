//! What a composer tells the list that opens while something is typed: quick replies behind a `/`, colleagues behind an `@`; and
//! the keys while it is open.

use domain::{inbox::naming, quick};
use leptos::{html::Textarea, prelude::*};

use crate::inbox::{
    lazy::{Extra, show},
    screen::Screen,
};

/// A shortcut or a name that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// Where its `/` or `@` stands, in characters.
    pub begins: usize,
    pub typed: String,
}

/// What the composer and the list share. It goes with the composer.
#[derive(Clone, Copy)]
pub struct Quick {
    /// The id of the list.
    pub list: &'static str,
    find: fn(&str, usize) -> Option<(usize, String)>,
    pub area: NodeRef<Textarea>,
    pub typing: RwSignal<Option<Typing>>,
    /// The place of the choice that Enter takes.
    pub at: RwSignal<usize>,
    /// How many fit; of none Enter takes none.
    pub fitting: RwSignal<usize>,
    /// What there is to choose from is on its way: Enter waits for it, and sends no lone `/`.
    pub waiting: StoredValue<bool>,
    /// Counted up to take the choice.
    pub take: RwSignal<u32>,
    /// Variables that nothing is known for, and where they stand: said before the text is sent.
    pub left: RwSignal<Vec<String>>,
    /// A text with such variables that was to be sent once: the second time it goes.
    warned: StoredValue<String>,
}

impl Quick {
    /// For quick replies.
    pub fn replies(area: NodeRef<Textarea>) -> Self {
        Self::new(area, "quick-list", quick::typing)
    }

    /// For the names of colleagues.
    pub fn names(area: NodeRef<Textarea>) -> Self {
        Self::new(area, "names-list", naming)
    }

    fn new(area: NodeRef<Textarea>, list: &'static str, find: fn(&str, usize) -> Option<(usize, String)>) -> Self {
        Self {
            list,
            find,
            area,
            typing: RwSignal::new(None),
            at: RwSignal::new(0),
            fitting: RwSignal::new(0),
            waiting: StoredValue::new(true),
            take: RwSignal::new(0),
            left: RwSignal::new(Vec::new()),
            warned: StoredValue::new(String::new()),
        }
    }

    /// Something was typed, or the caret moved.
    pub fn typed(self, text: &str) {
        let caret = caret(self.area, text);
        let typing = (self.find)(text, caret).map(|(begins, typed)| Typing { begins, typed });
        if typing != self.typing.get_untracked() {
            self.at.set(0);
            self.typing.set(typing);
        }
        if !self.left.with_untracked(Vec::is_empty) {
            self.left.set(quick::left_in(text));
        }
    }

    /// Whether the list took the key.
    pub fn key(self, event: &leptos::ev::KeyboardEvent) -> bool {
        let count = self.fitting.get_untracked();
        if self.typing.with_untracked(Option::is_none) || event.is_composing() {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" if count > 0 => self.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => self.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" | "Tab" if count > 0 && !event.shift_key() => self.take.update(|take| *take += 1),
            "Enter" if self.waiting.get_value() && !event.shift_key() && !event.ctrl_key() && !event.meta_key() => {}
            "Escape" if count > 0 => self.typing.set(None),
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Whether a text may go: one with variables that were not filled is held back once, and it is said why.
    pub fn lets_go(self, text: &str) -> bool {
        let left = quick::left_in(text);
        let fine = left.is_empty() || self.warned.with_value(|warned| warned == text);
        self.warned.set_value(if fine { String::new() } else { text.to_owned() });
        self.left.set(if fine { Vec::new() } else { left });
        fine
    }

    pub fn is_open(self) -> bool {
        // What is drawn outlives what it reads for a moment, when the inbox is left.
        self.typing.try_read().is_some_and(|typing| typing.is_some()) && self.fitting.try_get().is_some_and(|n| n > 0)
    }

    /// The id of the choice that Enter takes.
    pub fn active(self) -> Option<String> {
        self.is_open().then(|| format!("{}-{}", self.list, self.at.get()))
    }
}

/// Above the composer's field: the list, once it is wanted, and what is not filled.
pub fn quick_view(screen: Screen, quick: Quick) -> AnyView {
    let wanted = Memo::new(move |_| quick.typing.read().is_some());
    let left = move || {
        let left = quick.left.get();
        (!left.is_empty()).then(|| {
            let names = left.iter().map(|name| format!("{{{{{name}}}}}")).collect::<Vec<_>>().join(", ");
            view! {
                <p class="composer__warning" role="alert">
                    {format!("{names} is not filled in. Write it yourself or take it out; send once more to send it as it is.")}
                </p>
            }
        })
    };
    view! {
        {move || wanted.get().then(|| show(screen, Extra::Quick(quick)))}
        {left}
    }
    .into_any()
}

/// The same for names.
pub fn names_view(screen: Screen, quick: Quick) -> AnyView {
    let wanted = Memo::new(move |_| quick.typing.read().is_some());
    view! { {move || wanted.get().then(|| show(screen, Extra::Names(quick)))} }.into_any()
}

/// Where the caret stands, in characters; at the end where that is not known.
fn caret(area: NodeRef<Textarea>, text: &str) -> usize {
    #[cfg(feature = "hydrate")]
    if let Some(at) = area.get_untracked().and_then(|area| area.selection_start().ok().flatten()) {
        // A browser counts in UTF-16.
        let mut units = 0;
        return text
            .chars()
            .take_while(|c| {
                units += u32::try_from(c.len_utf16()).unwrap_or(2);
                units <= at
            })
            .count();
    }
    let _ = area;
    text.chars().count()
}

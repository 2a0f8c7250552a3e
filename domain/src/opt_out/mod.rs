//! Who does not want to hear from a business any more, and who wants to again.
//!
//! A message counts only as a whole: "STOP" does, "please cancel my order" does not. A business that hears one of the words
//! all day ("cancel" at a hairdresser's) takes it off its list, or adds words of its own.

pub(crate) mod fold;
mod inbound;
mod phrases;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod view;

pub use fold::{LIMIT, fold};
pub use inbound::heard;
pub use phrases::{START, STOP};
pub use rules::{Scope, refuses, wrote_since};
pub use settings::{Settings, TEXT_LIMIT, WORDS_LIMIT, Words};
pub use view::{Consent, Cursor, Source, What};

use std::{collections::HashMap, sync::LazyLock};

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
}

/// The built-in words as they are compared.
static BUILT_IN: LazyLock<HashMap<String, Intent>> = LazyLock::new(|| {
    let of = |phrases: &'static [&'static str], intent| phrases.iter().map(move |phrase| (fold(phrase), intent));
    of(START, Intent::Start).chain(of(STOP, Intent::Stop)).collect()
});

/// What a whole message asks for, if it asks for either.
pub fn read(text: &str, words: &Words) -> Option<Intent> {
    // Long texts are the rule, and no phrase is long.
    if text.len() > 4 * LIMIT {
        return None;
    }
    let said = fold(text);
    if said.is_empty() || said.chars().count() > LIMIT {
        return None;
    }
    let among = |list: &[String]| list.iter().any(|word| fold(word) == said);
    if among(&words.stop) {
        return Some(Intent::Stop);
    }
    if among(&words.start) {
        return Some(Intent::Start);
    }
    BUILT_IN.get(&said).copied().filter(|_| !among(&words.without))
}

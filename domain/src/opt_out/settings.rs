use super::{LIMIT, Scope, fold};
use crate::{Error, text::storable};
use serde::{Deserialize, Serialize};

/// Words that a workspace adds or takes away, at most.
pub const WORDS_LIMIT: usize = 100;
/// Characters of a confirmation.
pub const TEXT_LIMIT: usize = 1_000;

/// What a workspace changes about the built-in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// Opt out as well.
    pub stop: Vec<String>,
    /// Opt in again as well.
    pub start: Vec<String>,
    /// Built-in words that mean neither here.
    pub without: Vec<String>,
}

/// How a workspace deals with opt-outs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub scope: Scope,
    pub words: Words,
    /// Whether opting out and in is confirmed with a message.
    pub confirms: bool,
    pub stopped_text: String,
    pub started_text: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scope: Scope::All,
            words: Words::default(),
            confirms: true,
            stopped_text: "You will get no more messages from us. Reply START to hear from us again.".to_owned(),
            started_text: "Welcome back! You will get our messages again. Reply STOP at any time to end them."
                .to_owned(),
        }
    }
}

impl Settings {
    /// The settings as they are stored: words without doubles and empty ones, texts without space around them. An empty text
    /// becomes the built-in one.
    ///
    /// # Errors
    /// `Invalid` names the field: too many words, one that is too long, one that says stop and start, a text that is too long.
    pub fn checked(self) -> Result<Self, Error> {
        let words = Words {
            stop: clean("stopWords", self.words.stop)?,
            start: clean("startWords", self.words.start)?,
            without: clean("ignoredWords", self.words.without)?,
        };
        let said: Vec<String> = words.stop.iter().map(|word| fold(word)).collect();
        if let Some(both) = words.start.iter().find(|word| said.contains(&fold(word))) {
            return Err(Error::invalid("startWords", format!("{both:?} cannot opt out and in")));
        }
        let standard = Self::default();
        let (stopped_text, started_text) = (
            sentence("stoppedText", &self.stopped_text, standard.stopped_text)?,
            sentence("startedText", &self.started_text, standard.started_text)?,
        );
        Ok(Self { words, stopped_text, started_text, ..self })
    }
}

fn clean(field: &str, words: Vec<String>) -> Result<Vec<String>, Error> {
    let mut known: Vec<String> = Vec::with_capacity(words.len());
    let mut out = Vec::with_capacity(words.len());
    for word in words {
        let word = storable(word.trim());
        let folded = fold(&word);
        if folded.chars().count() > LIMIT || word.len() > 4 * LIMIT {
            return Err(Error::invalid(field, format!("a word may have at most {LIMIT} characters")));
        }
        // What has no letter or digit would equal nothing.
        if !folded.is_empty() && !known.contains(&folded) {
            known.push(folded);
            out.push(word);
        }
    }
    if out.len() > WORDS_LIMIT {
        return Err(Error::invalid(field, format!("a list may have at most {WORDS_LIMIT} words")));
    }
    Ok(out)
}

fn sentence(field: &str, text: &str, standard: String) -> Result<String, Error> {
    let text = storable(text.trim());
    if text.chars().count() > TEXT_LIMIT {
        return Err(Error::invalid(field, format!("an answer may have at most {TEXT_LIMIT} characters")));
    }
    Ok(if text.is_empty() { standard } else { text })
}

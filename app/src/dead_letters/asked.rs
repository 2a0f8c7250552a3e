use domain::dead::{Filter, Place};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ui::query_of;

/// What the address asks for, as it stands there. What cannot be read narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `delivery` or `send`.
    pub kind: String,
    pub reason: String,
    pub text: String,
    /// Older than this one.
    pub before: String,
    /// The one that is opened, by its id.
    pub letter: String,
}

impl Asked {
    /// From a query.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key| get(key).unwrap_or_default();
        Self {
            kind: get("kind"),
            reason: get("reason"),
            text: get("text"),
            before: get("before"),
            letter: get("letter"),
        }
    }

    /// Which ones are wanted.
    pub fn filter(&self) -> Filter {
        let text = Some(self.text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter { kind: self.kind.parse().ok(), reason: self.reason.parse().ok(), text }
    }

    pub fn place(&self) -> Option<Place> {
        self.before.parse().ok()
    }

    pub fn opened(&self) -> Option<Uuid> {
        self.letter.parse().ok()
    }

    /// Whether anything is narrowed.
    pub fn narrows(&self) -> bool {
        self.filter() != Filter::default()
    }

    /// The query that asks for the same, with its question mark; empty when nothing is asked for.
    pub fn query(&self) -> String {
        query_of([
            ("kind", self.kind.as_str()),
            ("reason", self.reason.as_str()),
            ("text", self.text.as_str()),
            ("before", self.before.as_str()),
            ("letter", self.letter.as_str()),
        ])
    }

    /// The same with another one opened; with an empty one none.
    #[must_use]
    pub fn opening(&self, letter: String) -> Self {
        Self { letter, ..self.clone() }
    }

    /// The page behind one.
    #[must_use]
    pub fn older(&self, before: String) -> Self {
        Self { before, letter: String::new(), ..self.clone() }
    }

    /// One kind alone, or with an empty one all; from the top.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> Self {
        Self { kind: kind.to_owned(), before: String::new(), letter: String::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::dead::Kind;

    #[test]
    fn an_address_and_what_it_asks_for() {
        let asked = Asked { kind: "send".into(), text: "a b&c".into(), ..Asked::default() };
        assert_eq!(asked.query(), "?kind=send&text=a%20b%26c");
        assert_eq!(asked.filter().kind, Some(Kind::Send));
        assert!(asked.narrows() && !Asked::default().narrows());
        let nonsense =
            Asked { kind: "x".into(), reason: "y".into(), before: "z".into(), letter: "1".into(), ..Asked::default() };
        assert!(!nonsense.narrows());
        assert_eq!((nonsense.place(), nonsense.opened()), (None, None));
        assert_eq!(asked.of_kind("").query(), "?text=a%20b%26c");
    }
}

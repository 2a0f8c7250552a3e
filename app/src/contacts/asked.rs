use domain::{contact::Search, id::ContactId};
use serde::{Deserialize, Serialize};

use crate::ui::query_of;

/// What the address of the list asks for, as it stands there. What cannot be read narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The beginning of a name, or of a number.
    pub q: String,
    /// `opted-out` for those alone.
    pub show: String,
    /// Those with a conversation that has this label.
    pub label: String,
    /// The page behind this contact.
    pub after: String,
    /// The page in front of this contact.
    pub before: String,
}

impl Asked {
    /// From a query.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key| get(key).unwrap_or_default();
        Self { q: get("q"), show: get("show"), label: get("label"), after: get("after"), before: get("before") }
    }

    pub fn search(&self) -> Search {
        Search { text: self.q.clone(), opted_out: self.opted_out(), label: self.label.parse().ok() }
    }

    pub fn opted_out(&self) -> bool {
        self.show == "opted-out"
    }

    /// Whether anything is looked for.
    pub fn narrows(&self) -> bool {
        let search = self.search();
        search.opted_out || search.label.is_some() || !search.text.trim().is_empty()
    }

    /// The query that asks for the same, with its question mark; empty when nothing is asked for.
    pub fn query(&self) -> String {
        query_of([
            ("q", self.q.as_str()),
            ("show", self.show.as_str()),
            ("label", self.label.as_str()),
            ("after", self.after.as_str()),
            ("before", self.before.as_str()),
        ])
    }

    /// The same from the beginning.
    #[must_use]
    pub fn first(&self) -> Self {
        Self { after: String::new(), before: String::new(), ..self.clone() }
    }

    /// The page behind a contact.
    #[must_use]
    pub fn behind(&self, last: ContactId) -> Self {
        Self { after: last.to_string(), ..self.first() }
    }

    /// The page in front of a contact.
    #[must_use]
    pub fn in_front_of(&self, first: ContactId) -> Self {
        Self { before: first.to_string(), ..self.first() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_what_it_asks_for() {
        let asked = Asked { q: "a b&c".into(), show: "opted-out".into(), ..Asked::default() };
        assert_eq!(asked.query(), "?q=a%20b%26c&show=opted-out");
        assert!(asked.narrows() && asked.search().opted_out && !Asked::default().narrows());
        let id = ContactId(uuid::Uuid::nil());
        assert_eq!(asked.behind(id).first(), asked);
        assert_eq!(asked.behind(id).in_front_of(id).after, "");
        let label = uuid::Uuid::nil().to_string();
        let labelled = Asked { label: label.clone(), ..Asked::default() };
        assert!(labelled.narrows() && labelled.search().label.is_some());
        assert_eq!(labelled.behind(id).query(), format!("?label={label}&after={id}"));
        let nonsense = Asked { q: "  ".into(), show: "x".into(), label: "y".into(), ..Asked::default() };
        assert!(!nonsense.narrows());
    }
}

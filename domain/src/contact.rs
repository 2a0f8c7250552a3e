//! Contacts: the customers of a workspace.

use crate::{
    Error,
    field::Values,
    id::{ContactId, FieldId, LabelId, MemberId},
    text,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters of a name that a colleague gives.
pub const NAME_LIMIT: usize = 128;
/// Characters of the note on a contact.
pub const NOTE_LIMIT: usize = 2_000;

/// A customer as lists and the API show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    /// What a colleague named them, else their profile name. May be empty.
    pub name: String,
    /// `+` and digits. Absent for customers known by a business-scoped user id alone.
    pub phone: Option<String>,
    /// Meta's business-scoped user id.
    pub user_id: Option<String>,
    /// What WhatsApp calls them, without `@`. May change hands, so it is never a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Who looks after them.
    pub assignee: Option<MemberId>,
    /// Since when they do not want to hear from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<Millis>,
    /// The workspace's custom fields, where they have a value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Values,
    /// What colleagues should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub created_at: Millis,
    pub updated_at: Millis,
}

impl Contact {
    /// A customer is known by a name, else by an address.
    pub fn label(&self) -> &str {
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        name.or(self.phone.as_deref()).or(self.user_id.as_deref()).unwrap_or("Unknown")
    }
}

/// What lists show of a contact besides their own row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outline {
    /// What stands on those of their conversations that the reader sees, each once.
    pub labels: Vec<LabelId>,
    /// When anything was last written there.
    pub last_message_at: Option<Millis>,
    /// When they last said that they want to hear from us. What they said later is the contact's `opted_out_at`.
    pub opted_in_at: Option<Millis>,
}

/// What is to be different of a contact; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    pub name: Option<String>,
    /// As people write it; an empty one takes the value away.
    pub fields: BTreeMap<FieldId, String>,
    /// An empty one takes the note away.
    pub note: Option<String>,
}

/// Which contacts are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// The beginning of a name, or digits of a number.
    pub text: String,
    /// Only those who do not want to hear from us.
    pub opted_out: bool,
    /// Only those who have a conversation with this label.
    pub label: Option<LabelId>,
}

/// How a list of contacts is walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The newest first.
    Newest,
    /// By name, those whose key begins so.
    Name(String),
    /// By number, those that begin with these digits.
    Phone(String),
}

impl Search {
    /// Digits mean a number, as people write it; anything else a name.
    pub fn walk(&self) -> Walk {
        let text = self.text.trim();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let number = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')');
        match name_key(text) {
            _ if !digits.is_empty() && text.chars().all(number) => Walk::Phone(digits),
            key if key.is_empty() => Walk::Newest,
            key => Walk::Name(key),
        }
    }
}

/// A name as it is searched and sorted by: without case and marks, white space joined.
pub fn name_key(name: &str) -> String {
    let folded = text::storable(&text::ascii_fold(name));
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first text that no longer begins with these digits, in every order of letters.
pub fn after_digits(prefix: &str) -> String {
    let mut kept = prefix.trim_end_matches('9').to_owned();
    match kept.pop() {
        Some(last) => {
            kept.push(char::from(last as u8 + 1));
            kept
        }
        None => "a".to_owned(),
    }
}

/// The note on a contact, at most [`NOTE_LIMIT`] characters; empty for none.
///
/// # Errors
/// `Invalid`.
pub fn note(s: &str) -> Result<String, Error> {
    let note = text::storable(s.trim()).replace("\r\n", "\n");
    if note.chars().count() <= NOTE_LIMIT {
        Ok(note)
    } else {
        Err(Error::invalid("note", format!("a note has at most {NOTE_LIMIT} characters")))
    }
}

/// Where a group has its id, and customers their user id.
const GROUP: &str = "group/";

/// How a group is known, by Meta's id of it.
pub fn of_group(id: &str) -> String {
    format!("{GROUP}{id}")
}

/// Whether this is a group: its messages are read, and nothing is sent there.
pub fn is_group(user_id: Option<&str>) -> bool {
    user_id.is_some_and(|id| id.starts_with(GROUP))
}

/// The digits of an international number as people write it: `+`, then 7 to 15 digits of which the first is not 0, with spaces,
/// hyphens, dots and brackets between them.
///
/// # Errors
/// `Invalid`.
pub fn phone(s: &str) -> Result<String, Error> {
    let wrong = || Error::invalid("phone", "expected an international number like +919845550117");
    let rest = s.trim().strip_prefix('+').ok_or_else(wrong)?;
    let digits: String = rest.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let fine =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    if fine { Ok(digits) } else { Err(wrong()) }
}

/// A name that a colleague gives: something to see, 1 to [`NAME_LIMIT`] characters.
///
/// # Errors
/// `Invalid`.
pub fn name(s: &str) -> Result<String, Error> {
    let name = text::storable(s.trim());
    if (1..=NAME_LIMIT).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(Error::invalid("name", format!("a name has 1 to {NAME_LIMIT} characters")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones() {
        for (written, digits) in [
            ("+919845550117", "919845550117"),
            (" +91 98455-50117 ", "919845550117"),
            ("+1 (555) 010.0199", "15550100199"),
        ] {
            assert_eq!(phone(written).as_deref(), Ok(digits));
        }
        for bad in
            ["", "+", "919845550117", "+0919845550117", "+91984", "+1234567890123456", "+91 98455 x0117", "+٩١٩٨٤٥٥٥٠"]
        {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_typed_is_a_name_or_a_number() {
        let walk = |text: &str| Search { text: text.to_owned(), ..Search::default() }.walk();
        assert_eq!(walk("  "), Walk::Newest);
        assert_eq!(walk("+91 (98) 45"), Walk::Phone("919845".to_owned()));
        assert_eq!(walk(" Élodie\u{a0} D"), Walk::Name("elodie d".to_owned()));
        assert_eq!(walk("7 Eleven"), Walk::Name("7 eleven".to_owned()));
        assert_eq!(walk("+"), Walk::Name("+".to_owned()));
        assert_eq!(walk("\0"), Walk::Newest);
        for (prefix, after) in [("91", "92"), ("919", "92"), ("99", "a"), ("1", "2")] {
            assert_eq!(after_digits(prefix), after);
        }
    }

    #[test]
    fn notes() {
        assert_eq!(note(" a\r\nb\0 ").as_deref(), Ok("a\nb"));
        assert_eq!(note("  ").as_deref(), Ok(""));
        assert!(note(&"x".repeat(NOTE_LIMIT + 1)).is_err());
    }

    #[test]
    fn names() {
        assert_eq!(name("  Meera\0 "), Ok("Meera".to_owned()));
        assert!(name(" ").is_err() && name("\0").is_err());
        assert!(name(&"é".repeat(NAME_LIMIT)).is_ok() && name(&"é".repeat(NAME_LIMIT + 1)).is_err());
    }
}

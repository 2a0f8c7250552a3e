//! Contacts: the customers of a workspace.

use crate::{
    Error,
    id::{ContactId, MemberId},
    text,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Characters of a name that a colleague gives.
pub const NAME_LIMIT: usize = 128;

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
    /// Who looks after them.
    pub assignee: Option<MemberId>,
    /// Since when they do not want to hear from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<Millis>,
    pub created_at: Millis,
    pub updated_at: Millis,
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
        Err(Error::invalid("name", format!("expected 1 to {NAME_LIMIT} characters")))
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
    fn names() {
        assert_eq!(name("  Meera\0 "), Ok("Meera".to_owned()));
        assert!(name(" ").is_err() && name("\0").is_err());
        assert!(name(&"é".repeat(NAME_LIMIT)).is_ok() && name(&"é".repeat(NAME_LIMIT + 1)).is_err());
    }
}

//! Business numbers.

use crate::id::NumberId;
use serde::{Deserialize, Serialize};

/// Meta's id of a business phone number: decimal digits, not the number itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumberId(pub String);

/// A business number as the inbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberBrief {
    pub id: NumberId,
    /// The name given to it in the workspace, else the display number.
    pub name: String,
    /// As people write it: `+91 80 5550 0142`.
    pub display_number: String,
}

/// Reads one of Meta's numeric ids (phone number id, WABA id).
///
/// # Errors
/// Says which field is not 1 to 32 decimal digits.
pub fn parse_meta_id(field: &str, value: &str) -> Result<String, crate::Error> {
    let value = value.trim();
    if (1..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()) {
        Ok(value.to_owned())
    } else {
        Err(crate::Error::invalid(field, format!("expected Meta's numeric {field}, 1 to 32 digits")))
    }
}

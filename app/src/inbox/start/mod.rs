//! Writing to a customer first: whom, from which number, and with which template.

pub(super) mod dialog;
pub mod server;

use domain::id::ContactId;
use serde::{Deserialize, Serialize};

/// Who is written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    Contact(ContactId),
    /// As somebody typed it; no contact is kept yet, or there is one by now.
    Phone(String),
}

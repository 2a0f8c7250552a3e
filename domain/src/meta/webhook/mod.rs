//! What Meta delivers to our webhook.
//!
//! Reading is total: a kind, field or shape that is not known is kept and counted, never an error. Only a body that is not
//! JSON, or not Meta's envelope, is refused, because then nothing in it can be understood.
//! Source: Cloud API webhooks reference, `object`, `entry[]`, `changes[]`.

mod content;
mod context;
mod mark;
mod media;
mod people;
mod phone;
mod preferences;
mod read;
#[cfg(test)]
mod tests;

use crate::{
    content::{Content, Extras},
    message::{Direction, Kind, Origin, Status},
    time::Millis,
};

pub use mark::{Mark, Marked};
pub use media::MetaMedia;
pub use people::{Named, Renewed, moved, named, renewed};
pub use phone::{DECLINED, FILE, File, PLACEHOLDER, file};
pub use preferences::{Preference, preferences};
pub use read::read;

/// Longest identifier of Meta's that is accepted (wamid, user id); longer ones are kept raw only.
pub const ID_LIMIT: usize = 512;

/// One webhook body, understood as far as possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub changes: Vec<Change>,
}

/// One element of `entry[].changes[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `entry[].id`: the WABA, for some fields the business portfolio.
    pub waba_id: String,
    /// `metadata.phone_number_id`, where the field has one.
    pub phone_number_id: Option<String>,
    pub field: String,
    pub messages: Vec<Inbound>,
    /// What customers did to messages that were there before.
    pub marks: Vec<Marked>,
    pub statuses: Vec<StatusUpdate>,
    /// Elements that are kept as they came: other fields, messages without an id, statuses with an unknown word.
    pub others: Vec<Other>,
}

/// A message that was exchanged with a customer: theirs, or one of the business that did not go through us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    pub wamid: String,
    /// The customer, or the group, whoever of both sides wrote.
    pub sender: Sender,
    pub direction: Direction,
    pub origin: Origin,
    /// Of the business's: how far it has come. Otherwise `received`.
    pub status: Status,
    /// Meta's time, or the time of receipt where Meta's makes no sense.
    pub at: Millis,
    pub kind: Kind,
    /// The words in it; Meta's name of the kind for an unsupported one.
    pub text: String,
    pub content: Content,
    /// Where its file is, if it holds one.
    pub media: Option<MetaMedia>,
    /// What it tells of itself: forwarded, led here by an advertisement, written in a group.
    pub extras: Extras,
    /// Meta's id of the message that it answers.
    pub quoted: Option<String>,
    /// The element as it came, for every kind but text.
    pub raw: Option<String>,
}

/// Who wrote. At least one of the two ids is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sender {
    /// The phone number in digits; absent for users with a username.
    pub wa_id: Option<String>,
    /// The business-scoped user id, `US.1349…`.
    pub user_id: Option<String>,
    /// What the customer calls themselves.
    pub profile_name: Option<String>,
    /// Their name on WhatsApp, without `@`, if they chose one.
    pub username: Option<String>,
}

/// How far one of our messages has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    pub wamid: String,
    pub status: Status,
    pub at: Millis,
    /// Our message id, if Meta echoes it.
    pub callback: Option<String>,
    /// Why it failed: Meta's code and what it means.
    pub error: Option<(i64, String)>,
}

/// Something that is kept raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Meta's name for it, `account_update` or `messages/without_id`.
    pub what: String,
    pub raw: String,
}

/// Why a body cannot be a webhook of Meta's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    #[error("the body is not Meta's envelope: {0}")]
    NotAnEnvelope(&'static str),
}

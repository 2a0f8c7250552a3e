use serde::{Deserialize, Serialize};

/// What WhatsApp itself says about the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub what: NoticeKind,
    /// In Meta's words.
    pub body: String,
    /// The new number in digits, or the new user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    NumberChanged,
    UserIdChanged,
    /// The customer's encryption key is another: a new phone, or somebody else.
    IdentityChanged,
    /// Meta's name of something else.
    Other(String),
}

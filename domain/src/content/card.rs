use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes of JSON of a card that are kept as they came.
pub const RAW_LIMIT: usize = 16 * 1_024;

/// Somebody's contact card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// As it is shown; may be empty.
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<CardPhone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// The whole card in Meta's shape, up to [`RAW_LIMIT`]: what else is in it is not lost when it is passed on.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub raw: Value,
}

/// A phone number of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPhone {
    /// As it is written there.
    pub phone: String,
    /// Digits, where it is on WhatsApp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    /// `MOBILE`, `HOME`, or what its owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

use crate::{
    id::{MediaId, MemberId, MessageId},
    message::{Direction, Kind},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Characters of a quoted message that are kept with its answer.
pub const QUOTE_LIMIT: usize = 120;

/// What belongs to a message and may change after it was written: `messages.extras`. Fields that are not known are passed over,
/// empty ones are not written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// The advertisement that led the customer here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// The product that it asks about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// Meta's id of the group that it was written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Who wrote it there, as they call themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaBrief>,
}

impl Extras {
    /// From the column.
    pub fn parse(column: Option<&str>) -> Self {
        column.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// For the column: nothing where there is nothing.
    pub fn stored(&self) -> Option<String> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Meta's id: all that is known of a message that came before the number was connected, or is still to come.
    pub wamid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// At most [`QUOTE_LIMIT`] characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Quote {
    /// Of a message that is not here.
    pub fn unknown(wamid: &str) -> Self {
        Self { wamid: wamid.to_owned(), message: None, direction: None, kind: None, text: String::new() }
    }
}

/// Whether it was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    Once,
    /// More than five times.
    Often,
}

/// An advertisement, or a post, with a button that opens the chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Referral {
    /// Meta's word: `ad` or `post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Meta's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// As it comes: check it before it becomes a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Meta's id of the click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
}

/// A product of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Meta's id.
    pub catalog: String,
    /// The shop's own number.
    pub product: String,
}

/// What somebody thinks of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub direction: Direction,
    /// Who, where several customers write; otherwise empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub who: String,
    pub emoji: String,
    pub at: Millis,
    /// The member who reacted for us, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// Ours is on its way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Why ours did not arrive, or could not be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// One of ours on its way to Meta: what a message of kind `reaction` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reacts {
    /// Meta's id of the message that it is about.
    pub to: String,
    pub message: MessageId,
    /// Nothing: ours is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
}

/// How far the file of a message has come, and what is needed to draw it before its bytes are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaBrief {
    pub id: MediaId,
    pub state: MediaState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Pixels, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u32>,
    /// 48 heights, 0 to 31, as letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waveform: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub thumbnail: bool,
    /// Why it is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl MediaBrief {
    /// Of a file that is still to be fetched.
    pub const fn wanted(id: MediaId, mime: Option<String>) -> Self {
        Self {
            id,
            state: MediaState::Wanted,
            mime,
            size: None,
            width: None,
            height: None,
            duration_ms: None,
            waveform: None,
            thumbnail: false,
            reason: None,
        }
    }
}

/// Where a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// To be fetched from Meta.
    Wanted,
    /// An upload.
    Receiving,
    /// Here.
    Kept,
    /// Meta has it no more.
    Gone,
    /// Too large, not what it says it is, or from a host that is not allowed.
    Refused,
    /// Used up its tries.
    Failed,
}

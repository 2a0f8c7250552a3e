//! Dead letters: what used up its tries, or what no try could help, and what a person may do about it.

use crate::{
    error::Error,
    id::{ConversationId, NumberId},
    message,
    outgoing::{CAPTION_LIMIT, LIST_TEXT_LIMIT},
    paging,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use uuid::Uuid;

/// What died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A webhook body from Meta.
    Delivery,
    /// A message to a customer.
    Send,
}

/// Why, as far as it decides what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Every try failed.
    TriesUsedUp,
    /// Meta never said whether a message went out: sent again, it may arrive twice.
    Unconfirmed,
    /// A delivery that was not understood.
    Unreadable,
}

/// Declares the stored name and the words of an enum.
macro_rules! named {
    ($type:ident, $field:literal, $($variant:ident $name:literal $label:literal),+) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// As people read it.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl FromStr for $type {
            type Err = Error;

            fn from_str(s: &str) -> Result<Self, Error> {
                Self::ALL.iter().copied().find(|one| one.as_str() == s)
                    .ok_or_else(|| Error::invalid($field, format!("there is no {s:?}")))
            }
        }
    };
}

named!(Kind, "kind", Delivery "delivery" "Inbound webhook", Send "send" "Outbound message");
named!(Reason, "reason",
    TriesUsedUp "tries_used_up" "All tries failed",
    Unconfirmed "unconfirmed" "Never confirmed by Meta",
    Unreadable "unreadable" "Could not be read");

/// The words of a message that may be written anew while all else of it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    Text,
    /// Below a file; there may be none.
    Caption,
    /// Above buttons or a list.
    Choice,
}

impl Words {
    /// Of a message that we send. What a template says belongs to Meta's template.
    pub const fn of(kind: message::Kind) -> Option<Self> {
        match kind {
            message::Kind::Text => Some(Self::Text),
            message::Kind::Image | message::Kind::Video | message::Kind::Document => Some(Self::Caption),
            message::Kind::Interactive => Some(Self::Choice),
            _ => None,
        }
    }

    /// Characters; above buttons Meta takes fewer than above a list.
    pub const fn limit(self) -> usize {
        match self {
            Self::Text => message::TEXT_LIMIT,
            Self::Caption => CAPTION_LIMIT,
            Self::Choice => LIST_TEXT_LIMIT,
        }
    }

    /// As people call them.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Text => "Message",
            Self::Caption => "Words below the file",
            Self::Choice => "Words above the choices",
        }
    }
}

/// Which ones are wanted; what is not set does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub kind: Option<Kind>,
    pub reason: Option<Reason>,
    /// A part of the reason in words, of the customer's name or of their number, in either case.
    pub text: Option<String>,
}

/// Where a page begins: letters older than this one.
pub type Place = paging::Cursor<Uuid>;

/// One dead letter, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub id: Uuid,
    pub kind: Kind,
    pub reason: Reason,
    /// What went wrong, in words.
    pub words: String,
    /// Meta's code.
    pub code: Option<i64>,
    pub tries: i64,
    /// When it was written, or came in.
    pub since: Millis,
    pub died_at: Millis,
    pub number: Option<NumberId>,
    /// The business number's name.
    pub number_name: Option<String>,
    /// Whom a send was for: their name, or their number; `None` also for those who do not see the contact.
    pub contact: Option<String>,
    /// `None` also for those who do not see it.
    pub conversation: Option<ConversationId>,
    /// What of a send may be written anew.
    pub editable: Option<Words>,
}

impl Letter {
    pub const fn place(&self) -> Place {
        Place { at: self.died_at, id: self.id }
    }

    /// Sent again, the customer may get it twice.
    pub const fn may_arrive_twice(&self) -> bool {
        matches!(self.reason, Reason::Unconfirmed)
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub nth: i64,
    pub started_at: Millis,
    /// When the answer came or was given up.
    pub ended_at: Millis,
    /// HTTP status of Meta's answer.
    pub http: Option<i64>,
    /// Meta's code.
    pub code: Option<i64>,
    /// In words, without secrets.
    pub said: String,
}

/// All that is known of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    pub letter: Letter,
    /// The first one first.
    pub attempts: Vec<Attempt>,
    /// What was to be said; `None` also for those who may not read messages.
    pub text: Option<String>,
    /// What Meta sent, or was to get, secrets masked; `None` when it is not kept any more, or not theirs to read.
    pub payload: Option<String>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub deliveries: i64,
    pub sends: i64,
}

/// What came of doing something about many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub done: Vec<Uuid>,
    /// Which stayed as they are, and why.
    pub refused: Vec<(Uuid, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse::<Kind>().unwrap(), *kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse::<Reason>().unwrap(), *reason);
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        assert!("x".parse::<Kind>().is_err() && "".parse::<Reason>().is_err());
        let place = Place { at: -5, id: Uuid::from_u128(7) };
        assert_eq!(place.to_string().parse::<Place>().unwrap(), place);
        assert!("5".parse::<Place>().is_err() && "5.x".parse::<Place>().is_err());
    }

    #[test]
    fn words_of_ones_own_may_be_written_anew() {
        use message::Kind as Of;
        for (kind, words) in [
            (Of::Text, Some(Words::Text)),
            (Of::Image, Some(Words::Caption)),
            (Of::Video, Some(Words::Caption)),
            (Of::Document, Some(Words::Caption)),
            (Of::Interactive, Some(Words::Choice)),
            (Of::Audio, None),
            (Of::Sticker, None),
            (Of::Location, None),
            (Of::Contacts, None),
            (Of::Reaction, None),
            (Of::Template, None),
        ] {
            assert_eq!(Words::of(kind), words, "{kind:?}");
        }
        assert_eq!([Words::Text, Words::Caption, Words::Choice].map(Words::limit), [4_096, 1_024, 4_096]);
    }
}

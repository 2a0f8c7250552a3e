//! Messages and how far an outbound one has come.

use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// Characters in a text message at Meta.
pub const TEXT_LIMIT: usize = 4_096;

/// Checks what an agent wrote and returns what is sent: without U+0000, trimmed at the end.
///
/// # Errors
/// [`crate::Error::EmptyMessage`] and [`crate::Error::MessageTooLong`].
pub fn outgoing_text(s: &str) -> Result<String, crate::Error> {
    let text = crate::text::storable(s).trim_end().to_owned();
    if text.trim().is_empty() {
        return Err(crate::Error::EmptyMessage);
    }
    match text.chars().count() {
        n if n > TEXT_LIMIT => Err(crate::Error::MessageTooLong { length: n as u64, limit: TEXT_LIMIT as u64 }),
        _ => Ok(text),
    }
}

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer.
    In,
    /// The business.
    Out,
}

impl Direction {
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }

    pub fn parse(s: &str) -> Self {
        if s == "out" { Direction::Out } else { Direction::In }
    }
}

/// What a message holds, as far as it is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Image,
    /// A voice message or another recording.
    Audio,
    Video,
    Document,
    Sticker,
    /// Ours to a message of the customer's, on its way to Meta; no thread lists it.
    Reaction,
    Location,
    Contacts,
    /// A quick reply of a template was tapped.
    Button,
    /// Buttons, a list or a form; or what was chosen in them.
    Interactive,
    Order,
    /// What WhatsApp itself says, such as that the customer changed their number.
    System,
    /// A message template with its values filled in: what may be sent outside the customer-service window.
    Template,
    /// Kept raw and shown as "unsupported message" with Meta's name for it.
    Unsupported,
}

impl Kind {
    pub const ALL: [Kind; 15] = [
        Kind::Text,
        Kind::Image,
        Kind::Audio,
        Kind::Video,
        Kind::Document,
        Kind::Sticker,
        Kind::Reaction,
        Kind::Location,
        Kind::Contacts,
        Kind::Button,
        Kind::Interactive,
        Kind::Order,
        Kind::System,
        Kind::Template,
        Kind::Unsupported,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Image => "image",
            Kind::Audio => "audio",
            Kind::Video => "video",
            Kind::Document => "document",
            Kind::Sticker => "sticker",
            Kind::Reaction => "reaction",
            Kind::Location => "location",
            Kind::Contacts => "contacts",
            Kind::Button => "button",
            Kind::Interactive => "interactive",
            Kind::Order => "order",
            Kind::System => "system",
            Kind::Template => "template",
            Kind::Unsupported => "unsupported",
        }
    }

    pub fn parse(s: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == s).unwrap_or(Kind::Unsupported)
    }
}

/// How a message came to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From the customer, or through Meta's API.
    #[default]
    Api,
    /// Typed in the WhatsApp Business app.
    Phone,
    /// From before the number was connected.
    History,
}

impl Origin {
    /// From the database.
    pub fn parse(s: &str) -> Self {
        match s {
            "phone" => Origin::Phone,
            "history" => Origin::History,
            _ => Origin::Api,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(crate) const fn is_api(&self) -> bool {
        matches!(self, Origin::Api)
    }
}

/// Of a [`Kind::Template`] message: what is sent to Meta besides the recipient. Stored as JSON beside the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// As it is called at Meta.
    pub name: String,
    /// Meta's code of the language, such as `en_US`.
    pub language: String,
    /// `marketing`, `utility` or `authentication`.
    pub category: String,
    /// The values, as Meta's `components`; left out of the request when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<serde_json::Value>,
}

/// How far a message has come. Inbound messages are `received` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Received,
    /// Written, waits for its turn.
    Queued,
    /// On its way to Meta: committed before the request leaves.
    Sending,
    /// Meta answered 200 with a wamid.
    Accepted,
    /// Left Meta.
    Sent,
    /// On the customer's device.
    Delivered,
    /// Shown to the customer.
    Read,
    /// The answer was lost: it may or may not have gone out. A status webhook settles it.
    Unconfirmed,
    /// Waits for another try.
    RetryQueued,
    /// Will not arrive.
    Failed,
    /// Withdrawn before it was sent.
    Cancelled,
    /// Used up its tries.
    Dead,
}

impl Status {
    pub const ALL: [Status; 12] = [
        Status::Received,
        Status::Queued,
        Status::Sending,
        Status::Accepted,
        Status::Sent,
        Status::Delivered,
        Status::Read,
        Status::Unconfirmed,
        Status::RetryQueued,
        Status::Failed,
        Status::Cancelled,
        Status::Dead,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Received => "received",
            Status::Queued => "queued",
            Status::Sending => "sending",
            Status::Accepted => "accepted",
            Status::Sent => "sent",
            Status::Delivered => "delivered",
            Status::Read => "read",
            Status::Unconfirmed => "unconfirmed",
            Status::RetryQueued => "retry_queued",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Dead => "dead",
        }
    }

    /// From the database. An unknown word is `failed`, which asks a person to look.
    pub fn parse(s: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.as_str() == s).unwrap_or(Status::Failed)
    }

    /// Higher ranks replace lower ones, never the other way round. Meta's webhooks come twice, late and out of order.
    ///
    /// `failed` outranks `sent` (Meta may fail a message it had sent) but not `delivered`: what reached the device stays so.
    /// Every proof that Meta has the message outranks our having given it up or withdrawn it.
    pub const fn rank(self) -> i64 {
        match self {
            Status::Received => 0,
            Status::Queued => 10,
            Status::RetryQueued => 11,
            Status::Sending => 12,
            Status::Unconfirmed => 13,
            Status::Dead => 14,
            Status::Cancelled => 15,
            Status::Accepted => 20,
            Status::Sent => 30,
            Status::Failed => 40,
            Status::Delivered => 50,
            Status::Read => 60,
        }
    }

    /// From the `status` of Meta's webhook; `played` (a voice note) counts as read. `None`: unknown, kept and counted only.
    pub fn from_meta(s: &str) -> Option<Self> {
        match s {
            "sent" => Some(Status::Sent),
            "delivered" => Some(Status::Delivered),
            "read" | "played" => Some(Status::Read),
            "failed" => Some(Status::Failed),
            _ => None,
        }
    }

    /// Whether `next`, reported by Meta, replaces `self`.
    pub const fn advances_to(self, next: Status) -> bool {
        next.rank() > self.rank()
    }

    /// Whether the sender still has the message in its hands.
    pub const fn is_pending(self) -> bool {
        matches!(self, Status::Queued | Status::RetryQueued | Status::Sending)
    }

    /// Whether it has a row in the outbox: it waits for its turn, is on its way, or for the word whether it went out.
    pub const fn in_outbox(self) -> bool {
        self.is_pending() || matches!(self, Status::Unconfirmed)
    }

    /// Whether a person has to look: it did not arrive, or nobody knows.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Status::Failed | Status::Dead | Status::Unconfirmed)
    }
}

/// When a message reached each stage, for the popover behind the ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Millis>,
}

impl Times {
    /// Notes the first time a stage was reached.
    pub fn note(&mut self, status: Status, at: Millis) {
        let slot = match status {
            Status::Accepted => &mut self.accepted,
            Status::Sent => &mut self.sent,
            Status::Delivered => &mut self.delivered,
            Status::Read => &mut self.read,
            Status::Failed => &mut self.failed,
            _ => return,
        };
        slot.get_or_insert(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn read_then_delivered_then_failed_stays_read() {
        let mut status = Status::Accepted;
        for next in [Status::Read, Status::Delivered, Status::Failed] {
            if status.advances_to(next) {
                status = next;
            }
        }
        assert_eq!(status, Status::Read);
    }

    #[test]
    fn what_meta_proves_outranks_what_was_given_up() {
        for given_up in [Status::Unconfirmed, Status::Dead, Status::Cancelled] {
            for proof in [Status::Accepted, Status::Sent, Status::Failed, Status::Delivered, Status::Read] {
                assert!(given_up.advances_to(proof), "{given_up:?} {proof:?}");
            }
        }
        assert!(Status::Unconfirmed.advances_to(Status::Dead) && !Status::Accepted.advances_to(Status::Dead));
    }

    #[test]
    fn texts_are_checked() {
        assert_eq!(outgoing_text("  hi \n").as_deref(), Ok("  hi"));
        assert_eq!(outgoing_text(" \0\n "), Err(crate::Error::EmptyMessage));
        assert!(outgoing_text(&"é".repeat(TEXT_LIMIT)).is_ok());
        assert!(outgoing_text(&"é".repeat(TEXT_LIMIT + 1)).is_err());
    }

    #[test]
    fn kinds_and_origins_are_called_as_they_are_stored() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), kind);
            assert_eq!(serde_json::to_value(kind).unwrap_or_default(), kind.as_str());
        }
        assert_eq!(Kind::parse("hologram"), Kind::Unsupported);
        for (word, origin) in [("api", Origin::Api), ("phone", Origin::Phone), ("history", Origin::History)] {
            assert_eq!((Origin::parse(word), origin.is_api()), (origin, word == "api"));
            assert_eq!(serde_json::to_value(origin).unwrap_or_default(), word);
        }
    }

    proptest! {
        #[test]
        fn any_order_of_reports_ends_at_the_highest(order in proptest::sample::subsequence(vec![
            Status::Sent, Status::Delivered, Status::Read, Status::Failed], 1..=4).prop_shuffle())
        {
            let end = order.iter().fold(Status::Accepted, |s, n| if s.advances_to(*n) { *n } else { s });
            let highest = order.iter().copied().max_by_key(|s| s.rank());
            prop_assert_eq!(Some(end), highest);
        }

        #[test]
        fn names_round_trip(i in 0..Status::ALL.len()) {
            prop_assert_eq!(Status::parse(Status::ALL[i].as_str()), Status::ALL[i]);
        }
    }
}

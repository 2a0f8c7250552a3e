use super::read::{id_text, time};
use crate::{message::Direction, text::storable, time::Millis};
use serde_json::Value;

/// Characters of an emoji: families with skin tones are long, words are not meant.
const EMOJI: usize = 32;

/// What was done to a message that was there before; no message of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub wamid: String,
    /// Meta's id of the message that it is about: it may come later, or never.
    pub target: String,
    /// Which side did it.
    pub direction: Direction,
    /// Who, in a group, where several customers write; otherwise empty.
    pub author: String,
    /// Meta's time, or the time of receipt where Meta's makes no sense.
    pub at: Millis,
    pub mark: Mark,
    /// The element as it came.
    pub raw: String,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// No emoji takes back what was there.
    React {
        emoji: Option<String>,
    },
    /// The words as they are now.
    Edit {
        text: String,
    },
    Revoke,
}

/// Reads an element of `messages`, if it is of one of these kinds and complete.
/// Source: Cloud API webhooks reference, `messages` of types `reaction`, `edit` and `revoke`.
pub(super) fn read(element: &Value, direction: Direction, received: Millis) -> Option<Marked> {
    let kind = element.get("type").and_then(Value::as_str)?;
    let value = element.get(kind)?;
    let (target, mark) = match kind {
        "reaction" => ("message_id", Mark::React { emoji: emoji(value) }),
        "edit" => ("original_message_id", Mark::Edit { text: words(value.get("message")?)? }),
        "revoke" => ("original_message_id", Mark::Revoke),
        _ => return None,
    };
    let group = element.get("group_id").and_then(id_text).filter(|_| direction == Direction::In);
    let author = group.and_then(|_| ["from_user_id", "from"].into_iter().find_map(|key| id_text(element.get(key)?)));
    Some(Marked {
        wamid: element.get("id").and_then(id_text)?,
        target: value.get(target).and_then(id_text)?,
        direction,
        author: author.unwrap_or_default(),
        at: time(element.get("timestamp"), received),
        mark,
        raw: element.to_string(),
    })
}

fn emoji(value: &Value) -> Option<String> {
    let emoji = storable(value.get("emoji").and_then(Value::as_str)?.trim());
    Some(emoji.chars().take(EMOJI).collect::<String>()).filter(|emoji| !emoji.is_empty())
}

/// Of a text its words, of a file those below it.
fn words(message: &Value) -> Option<String> {
    let kind = message.get("type").and_then(Value::as_str)?;
    let key = if kind == "text" { "body" } else { "caption" };
    Some(message.get(kind)?.get(key).and_then(Value::as_str).map(storable).unwrap_or_default())
}

use super::Snippet;
use crate::{
    conversation::State,
    id::{ConversationId, MemberId, MessageId},
    inbox::ContactBrief,
    message::{Direction, Kind},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// One page of what was found, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    pub items: Vec<T>,
    /// Where to look on; nothing at the end. A page may be short, even empty, and still have a next one: there is a limit to
    /// how far one search looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// A customer whose name, username or number fits, and the conversation to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub contact: ContactBrief,
    /// The latest that the member may see, an open one before a closed one.
    pub conversation: ConversationId,
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<MemberId>,
    pub last_message_at: Millis,
    pub name: Snippet,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Snippet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Snippet>,
}

/// A message whose words fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub message: MessageId,
    pub conversation: ConversationId,
    pub contact: ContactBrief,
    pub direction: Direction,
    pub kind: Kind,
    /// Who wrote it, of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<MemberId>,
    pub at: Millis,
    pub snippet: Snippet,
}

/// The first page of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    pub people: Found<Person>,
    pub messages: Found<Hit>,
    /// No word of the question has the [`super::MIN`] letters that it takes to search messages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
}

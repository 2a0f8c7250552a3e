use super::{MessageView, Row};
use crate::{
    conversation::State,
    id::{ConversationId, MemberId},
};
use serde::{Deserialize, Serialize};

/// Where a conversation stood before a change, so that counts can be kept exact without the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub state: State,
    pub assignee: Option<MemberId>,
}

impl Place {
    /// Where a row stands now.
    pub fn of(row: &Row) -> Self {
        Self { state: row.state, assignee: row.assignee }
    }
}

/// What happened in a workspace. Stored once, sent to everybody who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A message was written by either side. `row` is the conversation after it.
    Message {
        row: Row,
        message: MessageView,
        /// Whether the message opened the conversation.
        #[serde(default)]
        opened: bool,
    },
    /// A message changed: its status, its times, its error. `row` is the conversation after it.
    MessageChanged { row: Row, message: MessageView },
    /// The conversation changed without a message: assigned, closed, reopened, read.
    Conversation { row: Row, was: Place },
    /// Only to an own-only member: the conversation has become visible. The snapshot is all that is needed.
    Gained { row: Row },
    /// Only to an own-only member: the conversation is somebody else's now.
    Lost { conversation: ConversationId, was: Place },
}

impl Event {
    /// The conversation it is about.
    pub fn conversation(&self) -> ConversationId {
        match self {
            Event::Message { row, .. }
            | Event::MessageChanged { row, .. }
            | Event::Conversation { row, .. }
            | Event::Gained { row } => row.id,
            Event::Lost { conversation, .. } => *conversation,
        }
    }

    /// The name used in the SSE `event:` field and in the events table.
    pub const fn name(&self) -> &'static str {
        match self {
            Event::Message { .. } => "message",
            Event::MessageChanged { .. } => "message_changed",
            Event::Conversation { .. } => "conversation",
            Event::Gained { .. } => "gained",
            Event::Lost { .. } => "lost",
        }
    }

    /// What an own-only member gets to see of it: `None` is nothing.
    pub fn for_own_only(&self, me: MemberId) -> Option<Event> {
        match self {
            Event::Conversation { row, was } => match (was.assignee == Some(me), row.assignee == Some(me)) {
                (true, true) => Some(self.clone()),
                (false, true) => Some(Event::Gained { row: row.clone() }),
                (true, false) => Some(Event::Lost { conversation: row.id, was: *was }),
                (false, false) => None,
            },
            Event::Message { row, .. } | Event::MessageChanged { row, .. } | Event::Gained { row } => {
                (row.assignee == Some(me)).then(|| self.clone())
            }
            Event::Lost { .. } => None,
        }
    }
}

/// An event with its number in the workspace: strictly growing, also the SSE id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    pub seq: i64,
    pub event: Event,
}

use super::{MessageView, Note, Row};
use crate::{
    alert,
    conversation::State,
    id::{ContactId, ConversationId, MemberId, NoteId},
    label::Label,
    limits::Usage,
    permission::{Access, Permission, Sight},
};
use serde::{Deserialize, Serialize};

/// Where a conversation stood before a change, so that counts can be kept exact without the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub state: State,
    pub assignee: Option<MemberId>,
    /// Something in it was unread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

impl Place {
    /// Where a row stands now.
    pub fn of(row: &Row) -> Self {
        Self { state: row.state, assignee: row.assignee, unread: row.unread > 0 }
    }

    /// Whether it is among what waits to be read: open, in sight, and with something unread.
    pub fn waits(self) -> bool {
        self.state == State::Open && self.unread
    }
}

/// What happened in a workspace. Stored once, sent to everybody who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message was written by either side. `row` is the conversation after it.
    Message {
        row: Row,
        message: MessageView,
        /// Whether the message opened the conversation.
        #[serde(default)]
        opened: bool,
        /// Whether something was unread before it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unread: bool,
    },
    /// A message changed: its status, its times, its error. `row` is the conversation after it.
    MessageChanged { row: Row, message: MessageView },
    /// The conversation changed without a message: assigned, closed, reopened, read.
    Conversation {
        row: Row,
        was: Place,
        /// What its thread says of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<Note>,
    },
    /// A member wrote a note, or changed their own. `row` is the conversation, which it does not change.
    Note { row: Row, note: Note },
    /// A member removed a note of theirs.
    NoteRemoved { row: Row, note: NoteId },
    /// Only to an own-only member: the conversation has become visible. The snapshot is all that is needed.
    Gained { row: Row },
    /// Only to an own-only member: the conversation is somebody else's now.
    Lost { conversation: ConversationId, was: Place },
    /// What a member may do has changed, or with `None` what members may: whoever it concerns is looked at anew. Followers are
    /// told to fetch afresh; the event itself never reaches a screen.
    Access { member: Option<MemberId> },
    /// How far the limits are used, once a second while something is sent. For everybody who may send.
    Limits { usage: Usage },
    /// What labels there are has changed. For everybody who sees conversations: all of them, by name.
    Labels { labels: Vec<Label> },
    /// Something of the team has changed: members, invitations, roles. Whoever shows it fetches it.
    Team,
    /// An alert was raised, raised again or settled: whoever may see its kind counts anew.
    Alert { about: alert::Kind },
    /// What is set up has changed: a number was connected, templates came or went, the list of what is left was put away. For
    /// whoever sets up.
    Setup,
    /// What is known of a contact has changed, or who they are: whoever shows it fetches it.
    Contact { contact: ContactId, assignee: Option<MemberId> },
}

/// What a member may see of the workspace's contacts and conversations, and of the messages in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eyes {
    pub contacts: Sight,
    pub conversations: Sight,
    pub messages: Sight,
    /// What else they may do.
    pub access: Access,
}

impl Eyes {
    pub fn of(access: &Access, me: MemberId) -> Self {
        Self {
            contacts: access.sight(Permission::ContactsRead, me),
            conversations: access.sight(Permission::ConversationsView, me),
            messages: access.sight(Permission::MessagesView, me),
            access: *access,
        }
    }

    /// The row without the words of a message that the member may not read.
    #[must_use]
    pub fn veil(self, mut row: Row) -> Row {
        if !self.messages.reaches(row.assignee) {
            row.unanswered = row.waits();
            row.preview = None;
        }
        row
    }
}

impl Event {
    /// The conversation it is about, if it is about one.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Event::Message { row, .. }
            | Event::MessageChanged { row, .. }
            | Event::Conversation { row, .. }
            | Event::Note { row, .. }
            | Event::NoteRemoved { row, .. }
            | Event::Gained { row } => Some(row.id),
            Event::Lost { conversation, .. } => Some(*conversation),
            Event::Access { .. }
            | Event::Limits { .. }
            | Event::Labels { .. }
            | Event::Team
            | Event::Alert { .. }
            | Event::Setup
            | Event::Contact { .. } => None,
        }
    }

    /// The name used in the SSE `event:` field and in the events table.
    pub const fn name(&self) -> &'static str {
        match self {
            Event::Message { .. } => "message",
            Event::MessageChanged { .. } => "message_changed",
            Event::Conversation { .. } => "conversation",
            Event::Note { .. } => "note",
            Event::NoteRemoved { .. } => "note_removed",
            Event::Gained { .. } => "gained",
            Event::Lost { .. } => "lost",
            Event::Access { .. } => "access",
            Event::Limits { .. } => "limits",
            Event::Labels { .. } => "labels",
            Event::Team => "team",
            Event::Alert { .. } => "alert",
            Event::Contact { .. } => "contact",
            Event::Setup => "setup",
        }
    }

    /// What somebody gets to see of it: `None` is nothing.
    pub fn seen_by(&self, eyes: Eyes) -> Option<Event> {
        let sees = |assignee| eyes.conversations.reaches(assignee);
        match self {
            Event::Conversation { row, was, lines } => match (sees(was.assignee), sees(row.assignee)) {
                (true, true) => {
                    // They stand in the thread, which not everybody may read.
                    let lines = if eyes.messages.reaches(row.assignee) { lines.clone() } else { Vec::new() };
                    Some(Event::Conversation { row: eyes.veil(row.clone()), was: *was, lines })
                }
                (false, true) => Some(Event::Gained { row: eyes.veil(row.clone()) }),
                (true, false) => Some(Event::Lost { conversation: row.id, was: *was }),
                (false, false) => None,
            },
            Event::Message { row, .. } | Event::MessageChanged { row, .. } | Event::Gained { row } => {
                sees(row.assignee)
                    .then(|| if eyes.messages.reaches(row.assignee) { self.clone() } else { self.wordless(eyes) })
            }
            // To whoever may not read there is no news in it.
            Event::Note { row, .. } | Event::NoteRemoved { row, .. } => {
                (sees(row.assignee) && eyes.messages.reaches(row.assignee)).then(|| self.clone())
            }
            Event::Limits { .. } => eyes.access.allows(Permission::MessagesSend).then(|| self.clone()),
            Event::Labels { .. } => eyes.access.allows(Permission::ConversationsView).then(|| self.clone()),
            Event::Team => eyes.access.allows(Permission::TeamsView).then(|| self.clone()),
            Event::Setup => eyes.access.allows(Permission::WorkspaceSettings).then(|| self.clone()),
            Event::Alert { about } => about.seen_with(&eyes.access).then(|| self.clone()),
            Event::Contact { assignee, .. } => eyes.contacts.reaches(*assignee).then(|| self.clone()),
            Event::Lost { .. } | Event::Access { .. } => None,
        }
    }

    /// What remains for somebody who sees the conversation and may not read it.
    fn wordless(&self, eyes: Eyes) -> Event {
        match self {
            Event::Message { row, opened: true, .. } | Event::Gained { row } => {
                Event::Gained { row: eyes.veil(row.clone()) }
            }
            Event::Message { row, unread, .. } => {
                let was = Place { unread: *unread, ..Place::of(row) };
                Event::Conversation { row: eyes.veil(row.clone()), was, lines: Vec::new() }
            }
            Event::MessageChanged { row, .. } | Event::Conversation { row, .. } => {
                Event::Conversation { row: eyes.veil(row.clone()), was: Place::of(row), lines: Vec::new() }
            }
            Event::Note { .. }
            | Event::NoteRemoved { .. }
            | Event::Lost { .. }
            | Event::Access { .. }
            | Event::Limits { .. }
            | Event::Labels { .. }
            | Event::Team
            | Event::Alert { .. }
            | Event::Setup
            | Event::Contact { .. } => self.clone(),
        }
    }

    /// By how many it changes what waits to be read, for whoever it is told to.
    pub fn unread(&self) -> i64 {
        let waits = |place: Place| i64::from(place.waits());
        match self {
            Event::Message { row, opened, unread, .. } => {
                let now = Place::of(row);
                waits(now) - waits(Place { unread: *unread && !opened, ..now })
            }
            Event::Conversation { row, was, .. } => waits(Place::of(row)) - waits(*was),
            Event::Gained { row } => waits(Place::of(row)),
            Event::Lost { was, .. } => -waits(*was),
            Event::MessageChanged { .. }
            | Event::Note { .. }
            | Event::NoteRemoved { .. }
            | Event::Access { .. }
            | Event::Limits { .. }
            | Event::Labels { .. }
            | Event::Team
            | Event::Alert { .. }
            | Event::Setup
            | Event::Contact { .. } => 0,
        }
    }

    /// Whether it changes what this member may see.
    pub fn concerns(&self, me: MemberId) -> bool {
        matches!(self, Event::Access { member } if member.is_none_or(|member| member == me))
    }
}

/// An event with its number in the workspace: strictly growing, also the SSE id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    pub seq: i64,
    pub event: Event,
}

use super::{Filter, Live, Note};
use crate::{
    content::{Content, Extras},
    conversation::{State, View},
    id::{ContactId, ConversationId, LabelId, MemberId, MessageId},
    label::Label,
    message::{Direction, Kind, Origin, Status, Template, Times},
    number::NumberBrief,
    template::{Category, language_name},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// A contact as rows and headers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactBrief {
    pub id: ContactId,
    /// The profile name, else the phone number, else the business-scoped user id. Written by a stranger.
    pub name: String,
    /// `+` and digits. Absent for customers known by a business-scoped user id alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What WhatsApp calls them, without `@`. May change hands, so it is never a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A group, in which several people write: nothing is sent there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
}

/// The last message of a conversation in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub direction: Direction,
    pub kind: Kind,
    pub status: Status,
    pub text: String,
}

/// A conversation as one row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: ConversationId,
    pub contact: ContactBrief,
    pub number: NumberBrief,
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// When anything was last written, by either side: the list is sorted by it, newest first.
    pub last_message_at: Millis,
    /// The customer's messages that nobody has read yet.
    pub unread: i64,
    /// When the customer-service window closes; `None` before the customer's first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_expires_at: Option<Millis>,
    /// Since when the contact does not want to hear from us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelId>,
    /// Of a [`State::Snoozed`] conversation: when it comes back; the end of time means when the customer writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Millis>,
    /// The customer wrote last; only where that cannot be read from the preview, as it is not for this member's eyes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unanswered: bool,
}

impl Row {
    /// Whether the row belongs in a view of the list, as member `me` sees it.
    pub fn belongs_in(&self, view: View, me: MemberId) -> bool {
        match view {
            View::Mine => self.state == State::Open && self.assignee == Some(me),
            View::Unassigned => self.state == State::Open && self.assignee.is_none(),
            View::All => self.state == State::Open,
            View::Snoozed => self.state == State::Snoozed,
            View::Closed => self.state == State::Closed,
        }
    }

    /// Whether the customer wrote last.
    pub fn waits(&self) -> bool {
        self.unanswered || self.preview.as_ref().is_some_and(|preview| preview.direction == Direction::In)
    }

    /// Newest first; the id breaks ties, as in the database.
    pub fn sort_key(&self) -> (Millis, ConversationId) {
        (self.last_message_at, self.id)
    }
}

/// One bubble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    pub id: MessageId,
    pub direction: Direction,
    pub kind: Kind,
    /// The words in it: the text, what stands below a picture, what is written on the button that was tapped. For an
    /// unsupported message Meta's name of its kind.
    pub text: String,
    /// Meta's time of an inbound message, ours of an outbound one.
    pub at: Millis,
    pub status: Status,
    #[serde(default)]
    pub times: Times,
    /// Why it failed and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<MemberId>,
    /// Tries that failed and count; at most [`crate::backoff::SEND`]'s number and one more.
    #[serde(default, skip_serializing_if = "none_yet")]
    pub tries: u32,
    /// When it is tried again, or given up if Meta does not confirm it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Millis>,
    /// Later messages of the conversation went out before this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overtaken: bool,
    /// Which template it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateLine>,
    /// What it holds besides its words. Of a template [`TemplateLine`] is all that screens show.
    #[serde(default, skip_serializing_if = "Content::is_none")]
    pub content: Content,
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
    #[serde(default, skip_serializing_if = "Origin::is_api")]
    pub origin: Origin,
}

/// The template behind a message, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateLine {
    pub name: String,
    /// Meta's code of the language, such as `en_US`.
    pub language: String,
    /// `marketing`, `utility` or `authentication`.
    pub category: String,
    /// All three as people read them. Formed where it is sent from: a browser need not know the names of all languages.
    #[serde(default)]
    pub words: String,
}

impl From<Template> for TemplateLine {
    fn from(Template { name, language, category, .. }: Template) -> Self {
        let words = format!("{name} · {} · {}", Category::parse(&category).label(), language_name(&language));
        Self { name, language, category, words }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn none_yet(tries: &u32) -> bool {
    *tries == 0
}

impl MessageView {
    /// Oldest first; the id breaks ties, as in the database.
    pub fn sort_key(&self) -> (Millis, MessageId) {
        (self.at, self.id)
    }
}

/// One page of a keyset-paged list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether older items exist.
    pub more: bool,
}

/// Open conversations per view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub mine: i64,
    pub unassigned: i64,
    pub all: i64,
    /// Those of all with something unread, counted up to [`Counts::UNREAD`].
    #[serde(default)]
    pub unread: i64,
}

impl Counts {
    /// More than this is not counted: where so much waits, nobody asks how much.
    pub const UNREAD: i64 = 1_000;

    /// `unread` after `by` more, or fewer: from the most that is counted nothing leads back but counting again.
    pub fn unread_after(unread: i64, by: i64) -> i64 {
        if unread < Self::UNREAD { (unread + by).clamp(0, Self::UNREAD) } else { unread }
    }
}

/// What waits to be read, for pages that show no list: [`Counts::unread`] at a moment, kept right by the events after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The last event that is already in here.
    pub seq: i64,
    pub count: i64,
}

impl Unread {
    /// The same after an event that is told to the member.
    #[must_use]
    pub fn after(self, live: &Live) -> Self {
        let Self { seq, count } = self;
        if live.seq <= seq {
            self
        } else {
            Self { seq: live.seq, count: Counts::unread_after(count, live.event.unread()) }
        }
    }
}

/// An open conversation: its row and its newest messages, or those around one of them, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub row: Row,
    pub messages: Vec<MessageView>,
    /// Whether older messages exist.
    pub more: bool,
    /// Whether newer messages exist that are not here: then it is a stretch from further up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newer: bool,
    /// Oldest first, with the lines, those that stand among these messages, also before the first of all and after the last of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// What stands above or below the messages of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Oldest first.
    pub messages: Page<MessageView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// The state of one inbox screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxView {
    /// The last event that is already in here.
    pub seq: i64,
    pub me: MemberId,
    pub view: View,
    /// What the list is narrowed to, and its order.
    #[serde(default)]
    pub filter: Filter,
    /// When the list was made, where that decides what is in it: see [`Filter::takes`].
    #[serde(default)]
    pub at: Millis,
    /// In the order of [`Filter::sort`].
    pub rows: Vec<Row>,
    /// Whether the list goes on below the last row.
    pub more: bool,
    pub counts: Counts,
    /// What labels there are, by name.
    #[serde(default)]
    pub labels: Vec<Label>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
}

impl InboxView {
    /// Whether a row belongs in this list.
    pub fn wants(&self, row: &Row) -> bool {
        row.belongs_in(self.view, self.me) && self.filter.takes(row, self.at)
    }
}

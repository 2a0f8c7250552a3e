//! What a member is told of while they look elsewhere, and how.

use crate::{
    id::{ConversationId, MemberId, NoteId, NoticeId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Why a member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A colleague named them in a note.
    Mention,
    /// A colleague gave them a conversation.
    Assigned,
}

impl Kind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Mention => "mention",
            Kind::Assigned => "assigned",
        }
    }

    pub fn parse(stored: &str) -> Option<Self> {
        [Kind::Mention, Kind::Assigned].into_iter().find(|kind| kind.as_str() == stored)
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: Kind,
    /// Who did it.
    pub actor: MemberId,
    pub actor_name: String,
    pub conversation: ConversationId,
    /// The customer's name. Written by a stranger.
    pub contact: String,
    /// Of a mention the beginning of the note, for who may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The note itself, for who may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteId>,
    pub at: Millis,
    pub unread: bool,
}

/// How a member wants to be told. What is not said is as it is at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// In the page, when a customer writes in a conversation of theirs that is not open.
    pub in_page: bool,
    /// With a sound.
    pub sound: bool,
    /// Also of conversations that are nobody's.
    pub unassigned: bool,
    /// What is pushed says who wrote and what; otherwise only that somebody did.
    pub words: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { in_page: true, sound: false, unassigned: false, words: false }
    }
}

impl Choices {
    /// Whether `me` is to be told of what a customer writes in a conversation with this assignee.
    pub fn wants(self, assignee: Option<MemberId>, me: MemberId) -> bool {
        match assignee {
            Some(member) => member == me,
            None => self.unassigned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_not_said_is_as_at_first() {
        assert_eq!(serde_json::from_str::<Choices>("{}").unwrap(), Choices::default());
        let some: Choices = serde_json::from_str(r#"{"sound":true,"of_tomorrow":1}"#).unwrap();
        assert_eq!(some, Choices { sound: true, ..Choices::default() });
    }

    #[test]
    fn whose_messages_are_told() {
        let [me, other] = [1, 2].map(|n| MemberId(Uuid::from_u128(n)));
        let (few, more) = (Choices::default(), Choices { unassigned: true, ..Choices::default() });
        for (choices, assignee, told) in [
            (few, Some(me), true),
            (few, Some(other), false),
            (few, None, false),
            (more, None, true),
            (more, Some(other), false),
        ] {
            assert_eq!(choices.wants(assignee, me), told, "{choices:?} {assignee:?}");
        }
        for kind in [Kind::Mention, Kind::Assigned] {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
    }
}

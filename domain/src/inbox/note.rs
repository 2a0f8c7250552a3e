use crate::{
    id::{MemberId, NoteId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// What a member wrote for colleagues. It stands between the messages of a conversation and never leaves the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: NoteId,
    pub author: MemberId,
    /// 1 to [`crate::message::TEXT_LIMIT`] characters.
    pub body: String,
    pub at: Millis,
}

impl Note {
    /// Oldest first; the id breaks ties, as in the database.
    pub fn sort_key(&self) -> (Millis, NoteId) {
        (self.at, self.id)
    }
}

//! Search: names, usernames and numbers of customers, and the words of messages, within what the member may see.
//!
//! An index only proposes: whatever it finds is read, compared with the question and with the member's permissions, and only
//! then shown. So an index that is a moment behind shows neither what was taken back nor what was handed over.

mod index;
mod messages;
mod people;
mod start;

pub(crate) use index::worker;
pub use index::{BATCH, index_batch};
pub use messages::messages;
pub use people::people;
pub use start::start;

use domain::time::Millis;
use uuid::Uuid;

/// What is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Messages,
    Contacts,
}

/// An entry of the index.
#[derive(Clone, Debug)]
pub struct Doc {
    /// Its place among all, see the migration.
    pub place: i64,
    /// The message or the contact.
    pub item: Uuid,
    /// Folded.
    pub text: String,
    /// Of a contact, folded.
    pub name: String,
    pub username: Option<String>,
    pub phone: Option<String>,
}

/// What an index proposes, as (place, message or contact), the newest first.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    pub found: Vec<(i64, Uuid)>,
    /// Before which place to look on.
    pub next: Option<i64>,
}

/// A message with what decides whether it is shown, and how.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MessageRecord {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub direction: String,
    pub kind: String,
    pub body: String,
    pub at: Millis,
    pub author_id: Option<Uuid>,
    pub assignee_id: Option<Uuid>,
    pub contact_id: Uuid,
    pub profile_name: String,
    pub wa_id: Option<String>,
    pub meta_user_id: Option<String>,
    pub username: Option<String>,
}

/// A conversation of a contact.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    pub id: Uuid,
    pub contact_id: Uuid,
    pub assignee_id: Option<Uuid>,
}

/// Proposals that are read in the first go, and in those that follow: most questions need no second one.
const FIRST: usize = 64;
const MORE: usize = 1_024;
/// Proposals that are read and compared together.
const SLICE: usize = 128;
/// Proposals that one search looks at: what is found goes on from there.
const REACH: usize = 20_000;

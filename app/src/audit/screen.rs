use domain::{
    audit::{Chain, Cursor},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Asked;
use crate::frame::Frame;

/// The screen as the server makes it: words and times, so that the browser draws and reckons nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditScreen {
    pub frame: Frame,
    pub asked: Asked,
    /// Entries, the newest first.
    pub lines: Vec<Line>,
    /// Where the next page begins, if there is one.
    pub older: Option<String>,
    pub opened: Option<Opened>,
    /// An entry was asked for that is not there.
    pub missing: bool,
    /// Who can be chosen: value and name.
    pub people: Vec<(String, String)>,
    pub chain: Chain,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its moment and id, by which an address names it.
    pub place: Cursor,
    /// The member, for the colour; none for the system.
    pub member: Option<Uuid>,
    pub who: String,
    /// `member.role_changed`
    pub action: String,
    /// What it was done to, and what changed, in a few words.
    pub what: String,
    pub more: String,
    pub address: String,
}

/// The opened entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub line: Line,
    /// What was done, as people read it.
    pub label: String,
    /// The token that acted for the member.
    pub token: Option<String>,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
    /// Kind of the resource as people read it, its name or id, and where it is, if it has a page.
    pub resource: Option<(String, String, Option<String>)>,
    pub about: Option<String>,
    pub changes: Vec<Change>,
    /// Changes that are not shown.
    pub hidden: usize,
    pub position: Option<i64>,
    pub mac: Option<String>,
    pub erased_at: Option<Millis>,
    /// The filters for all of the same actor, and all of the same thing.
    pub same_actor: String,
    pub same_thing: Option<String>,
}

/// A value that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub name: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

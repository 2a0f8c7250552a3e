//! Files of contacts: what a column goes to, what a line says, and what becomes of it.

mod decide;
mod line;
mod map;
mod phone;

pub use decide::{Before, Decided, decide};
pub use line::{Line, read};
pub use map::{Known, Plan, Target, delimiter, propose};
pub use phone::number;

use crate::{
    id::{ImportId, MemberId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Bytes of a file.
pub const FILE_LIMIT: i64 = 200 << 20;
/// Bytes of a line; behind a quote mark that is never closed the whole rest of a file is one.
pub const LINE_LIMIT: usize = 64 << 10;
/// Columns of a file.
pub const COLUMNS: usize = 100;
/// Lines that are shown before anything is written.
pub const PREVIEW: usize = 20;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is on its way.
    Uploading,
    /// Nothing is written yet: columns and rules are chosen.
    Draft,
    Running,
    Done,
    Cancelled,
    Failed,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Uploading, State::Draft, State::Running, State::Done, State::Cancelled, State::Failed];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Uploading => "uploading",
            State::Draft => "draft",
            State::Running => "running",
            State::Done => "done",
            State::Cancelled => "cancelled",
            State::Failed => "failed",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            State::Uploading => "Uploading",
            State::Draft => "Not started",
            State::Running => "Running",
            State::Done => "Done",
            State::Cancelled => "Cancelled",
            State::Failed => "Ended early",
        }
    }

    /// From the database. An unknown word is one of which nothing more is done.
    pub fn parse(s: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == s).unwrap_or(State::Failed)
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Added,
    Updated,
    Unchanged,
    Skipped,
    Refused,
}

impl Outcome {
    /// As the report has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Added => "added",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Skipped => "skipped",
            Outcome::Refused => "refused",
        }
    }
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub added: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub skipped: i64,
    pub refused: i64,
}

impl Counts {
    pub const fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Refused => self.refused += 1,
        }
    }

    pub const fn all(&self) -> i64 {
        self.added + self.updated + self.unchanged + self.skipped + self.refused
    }
}

/// An import as screens show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub by: MemberId,
    /// As the browser named it. Written by a stranger.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
    pub state: State,
    pub delimiter: char,
    /// The names of the columns.
    pub header: Vec<String>,
    pub plan: Plan,
    /// Bytes that are done.
    pub done: i64,
    pub counts: Counts,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub created_at: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
}

/// A line as it would be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previewed {
    /// As an editor counts.
    pub line: i64,
    pub outcome: Outcome,
    /// Empty where nothing is to be said.
    pub why: String,
    pub name: String,
    /// `+` and digits; what stands there, where it is no number.
    pub phone: String,
}

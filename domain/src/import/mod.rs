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

/// Lines that are checked at a time.
pub const STRETCH: i64 = 50_000;

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

/// A place in a file: before this byte, in this line as an editor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub byte: i64,
    pub line: i64,
}

/// What stands in a stretch of a file, found before anything is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub lines: i64,
    /// Of which so many cannot be taken, whatever is known already.
    pub refused: i64,
    /// The first of these, at most [`PREVIEW`].
    pub first: Vec<Previewed>,
    /// Where the next stretch begins; nothing at the end of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Mark>,
}

impl Checked {
    /// With the stretch behind it.
    pub fn and(mut self, behind: Checked) -> Self {
        let room = PREVIEW.saturating_sub(self.first.len());
        self.first.extend(behind.first.into_iter().take(room));
        Self { lines: self.lines + behind.lines, refused: self.refused + behind.refused, next: behind.next, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_add_up_and_name_the_first_lines_alone() {
        let stretch = |from: i64, lines: i64, next| Checked {
            lines,
            refused: lines,
            first: (from..from + lines)
                .take(PREVIEW)
                .map(|line| Previewed {
                    line,
                    outcome: Outcome::Refused,
                    why: String::new(),
                    name: String::new(),
                    phone: String::new(),
                })
                .collect(),
            next,
        };
        let mark = Mark { byte: 9, line: 12 };
        let all = stretch(2, 10, Some(mark)).and(stretch(12, 30, None));
        assert_eq!((all.lines, all.refused, all.next), (40, 40, None));
        let lines: Vec<i64> = all.first.iter().map(|one| one.line).collect();
        assert_eq!(lines, (2..22).collect::<Vec<i64>>());
        assert_eq!(Checked::default().and(stretch(2, 1, Some(mark))).next, Some(mark));
    }
}

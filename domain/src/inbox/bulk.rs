use super::Row;
use crate::id::{ConversationId, LabelId, MemberId};
use serde::{Deserialize, Serialize};

/// Conversations that are changed with one request.
pub const TOGETHER: usize = 100;

/// One change of one conversation, for [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Assign { to: Option<MemberId> },
    Close,
    Reopen,
    Label { label: LabelId, on: bool },
    Read,
    Unread,
}

impl Change {
    /// What takes it back, for a conversation that stood like this before; `None` where it changed nothing.
    pub fn inverse(self, before: &Row) -> Option<Change> {
        match self {
            Change::Assign { to } => (to != before.assignee).then_some(Change::Assign { to: before.assignee }),
            Change::Close => (before.state != crate::conversation::State::Closed).then_some(Change::Reopen),
            Change::Reopen => (before.state == crate::conversation::State::Closed).then_some(Change::Close),
            Change::Label { label, on } => {
                (before.labels.contains(&label) != on).then_some(Change::Label { label, on: !on })
            }
            Change::Read => (before.unread > 0).then_some(Change::Unread),
            Change::Unread => (before.unread == 0).then_some(Change::Read),
        }
    }

    /// As it is said of what it was tried on: "3 of 12 could not be …".
    pub const fn done(self) -> &'static str {
        match self {
            Change::Assign { .. } => "assigned",
            Change::Close => "closed",
            Change::Reopen => "reopened",
            Change::Label { .. } => "labelled",
            Change::Read => "marked read",
            Change::Unread => "marked unread",
        }
    }
}

/// A conversation and what is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub conversation: ConversationId,
    pub change: Change,
}

/// What became of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub conversation: ConversationId,
    /// The conversation as it is now; nothing where it could not be done.
    pub row: Option<Row>,
    /// Why it could not be done, in words.
    pub why_not: Option<String>,
}

/// How many could not be done and why: "3 of 12 could not be closed: This does not exist, or it is not yours to see." Each
/// reason once. `None` when all could.
pub fn failures(done: &str, outcomes: &[Outcome]) -> Option<String> {
    let reasons: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.why_not.as_deref()).collect();
    let mut each: Vec<(&str, usize)> = Vec::new();
    for why in &reasons {
        match each.iter_mut().find(|(known, _)| known == why) {
            Some((_, count)) => *count += 1,
            None => each.push((why, 1)),
        }
    }
    let all = outcomes.len();
    match &each[..] {
        [] => None,
        [(why, count)] => Some(format!("{count} of {all} could not be {done}: {why}")),
        several => {
            let parts: Vec<String> = several.iter().map(|(why, count)| format!("{count}: {why}")).collect();
            Some(format!("{} of {all} could not be {done}. {}", reasons.len(), parts.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn outcome(why: Option<&str>) -> Outcome {
        Outcome { conversation: ConversationId(Uuid::nil()), row: None, why_not: why.map(str::to_owned) }
    }

    #[test]
    fn what_failed_is_counted_by_its_reason() {
        assert_eq!(failures("closed", &[outcome(None)]), None);
        let one = [outcome(None), outcome(Some("No.")), outcome(Some("No."))];
        assert_eq!(failures("closed", &one).as_deref(), Some("2 of 3 could not be closed: No."));
        let two = [outcome(Some("No.")), outcome(Some("Gone.")), outcome(Some("No."))];
        assert_eq!(failures("assigned", &two).as_deref(), Some("3 of 3 could not be assigned. 2: No. 1: Gone."));
    }
}

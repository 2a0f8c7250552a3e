//! Conversations: the thread with one contact on one business number.

use crate::{permission::Access, time::Millis};
use serde::{Deserialize, Serialize};

/// Whether a conversation waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    /// Open, and out of sight until a time or until the customer writes; stored as open with that time.
    Snoozed,
    Closed,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Snoozed => "snoozed",
            State::Closed => "closed",
        }
    }

    /// From the two columns that hold it.
    pub fn stored(state: &str, snoozed_until: Option<Millis>) -> Self {
        match snoozed_until {
            _ if state == "closed" => State::Closed,
            Some(_) => State::Snoozed,
            None => State::Open,
        }
    }
}

/// Until when a conversation is out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    At(Millis),
    /// Until the customer writes.
    Customer,
}

/// The views of the conversation list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Open and assigned to me.
    Mine,
    /// Open and assigned to nobody.
    Unassigned,
    /// Open.
    #[default]
    All,
    /// Open, and out of sight for now.
    Snoozed,
    /// Closed.
    Closed,
}

impl View {
    pub const ALL: [View; 5] = [View::Mine, View::Unassigned, View::All, View::Snoozed, View::Closed];

    pub const fn as_str(self) -> &'static str {
        match self {
            View::Mine => "mine",
            View::Unassigned => "unassigned",
            View::All => "all",
            View::Snoozed => "snoozed",
            View::Closed => "closed",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            View::Mine => "Mine",
            View::Unassigned => "Unassigned",
            View::All => "All",
            View::Snoozed => "Snoozed",
            View::Closed => "Closed",
        }
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == s)
    }

    /// The view somebody starts with.
    pub fn home(access: &Access) -> View {
        if access.sees_all() { View::All } else { View::Mine }
    }

    /// Which views somebody is offered: who sees only their own is not offered everybody's.
    pub fn offered(access: &Access) -> &'static [View] {
        match (access.sees_all(), access.can_reply()) {
            (true, true) => &Self::ALL,
            (true, false) => &[View::All, View::Snoozed, View::Closed],
            (false, _) if access.sees_unassigned() => &[View::Mine, View::Unassigned, View::Snoozed, View::Closed],
            (false, _) => &[View::Mine, View::Snoozed, View::Closed],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snooze_is_a_time_beside_the_state() {
        assert_eq!(State::stored("open", None), State::Open);
        assert_eq!(State::stored("open", Some(Millis::MAX)), State::Snoozed);
        assert_eq!(State::stored("closed", Some(1)), State::Closed);
    }
}

//! Conversations: the thread with one contact on one business number.

use crate::permission::Access;
use serde::{Deserialize, Serialize};

/// Whether a conversation waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Closed,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
        }
    }

    pub fn parse(s: &str) -> Self {
        if s == "closed" { State::Closed } else { State::Open }
    }
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
    /// Closed.
    Closed,
}

impl View {
    pub const ALL: [View; 4] = [View::Mine, View::Unassigned, View::All, View::Closed];

    pub const fn as_str(self) -> &'static str {
        match self {
            View::Mine => "mine",
            View::Unassigned => "unassigned",
            View::All => "all",
            View::Closed => "closed",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            View::Mine => "Mine",
            View::Unassigned => "Unassigned",
            View::All => "All",
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
            (true, false) => &[View::All, View::Closed],
            (false, _) if access.sees_unassigned() => &[View::Mine, View::Unassigned, View::Closed],
            (false, _) => &[View::Mine, View::Closed],
        }
    }
}

//! The four built-in roles.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A member's role in one workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Holds every permission.
    Owner,
    /// Runs the team, not the money and the numbers.
    Manager,
    /// Answers own conversations.
    Agent,
    /// Reads.
    Viewer,
}

/// Which conversations a member sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of the workspace.
    All,
    /// Those assigned to the member.
    Own,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Owner, Role::Manager, Role::Agent, Role::Viewer];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Agent => "agent",
            Role::Viewer => "viewer",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Role::Owner => "Owner",
            Role::Manager => "Manager",
            Role::Agent => "Agent",
            Role::Viewer => "Viewer",
        }
    }

    /// Which conversations the role sees.
    pub const fn scope(self) -> Scope {
        match self {
            Role::Agent => Scope::Own,
            Role::Owner | Role::Manager | Role::Viewer => Scope::All,
        }
    }

    /// Whether the role may write to customers, close, reopen and hand over what it sees.
    pub const fn can_reply(self) -> bool {
        !matches!(self, Role::Viewer)
    }

    /// Whether new conversations are given to members of this role.
    pub const fn takes_conversations(self) -> bool {
        self.can_reply()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = crate::Error;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == s)
            .ok_or_else(|| crate::Error::invalid("role", "expected owner, manager, agent or viewer"))
    }
}

//! The four built-in roles, and roles that a workspace makes of them.

use crate::{
    id::RoleId,
    permission::{Grant, Permission, Permission as P, Permissions},
};
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

    /// What the role may do.
    pub fn permissions(self) -> Permissions {
        match self {
            Role::Owner => Permissions::all(),
            Role::Manager => MANAGER_LACKS.iter().fold(Permissions::all(), |set, p| set.with(*p, Grant::No)),
            Role::Agent => {
                let own = AGENT_OWN.iter().map(|p| (*p, Grant::Own));
                own.chain(AGENT_ALL.iter().map(|p| (*p, Grant::All))).collect()
            }
            Role::Viewer => VIEWER.iter().map(|p| (*p, Grant::All)).collect(),
        }
    }

    /// What the role is for, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Role::Owner => "Everything, including billing, phone numbers, API tokens and the workspace itself.",
            Role::Manager => "Runs the inbox and the team: all but billing, phone numbers and API tokens.",
            Role::Agent => "Answers customers. Sees the contacts and conversations assigned to them.",
            Role::Viewer => "Reads conversations, broadcasts, usage and reports, and changes nothing.",
        }
    }
}

const MANAGER_LACKS: [Permission; 4] = [P::BillingManage, P::NumbersManage, P::ApiManage, P::WorkspaceDelete];

/// For contacts and conversations assigned to the agent.
const AGENT_OWN: [Permission; 12] = [
    P::ContactsRead,
    P::ContactsUpdate,
    P::ContactsConsent,
    P::ConversationsView,
    P::ConversationsAssign,
    P::ConversationsClose,
    P::ConversationsLabel,
    P::MessagesView,
    P::MessagesSend,
    P::MessagesSendTemplate,
    P::MessagesNote,
    P::MessagesRetry,
];

const AGENT_ALL: [Permission; 4] = [P::ContactsCreate, P::TemplatesView, P::TeamsView, P::NumbersView];

const VIEWER: [Permission; 9] = [
    P::ContactsRead,
    P::ConversationsView,
    P::MessagesView,
    P::TemplatesView,
    P::BroadcastsView,
    P::TeamsView,
    P::BillingView,
    P::NumbersView,
    P::ReportsView,
];

/// A role that a workspace made: a copy of a built-in one, with permissions switched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    pub id: RoleId,
    /// 1 to [`CustomRole::NAME_LIMIT`] characters, unique in the workspace.
    pub name: String,
    /// What it is for; may be empty.
    pub about: String,
    /// What it was copied from.
    pub base: Role,
    pub permissions: Permissions,
}

impl CustomRole {
    pub const NAME_LIMIT: usize = 32;
    pub const ABOUT_LIMIT: usize = 200;
}

/// The role of a member: a built-in one or one of the workspace's own. Written as the built-in name or the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RoleRef {
    BuiltIn(Role),
    Custom(RoleId),
}

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RoleRef::BuiltIn(role) => role.fmt(f),
            RoleRef::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for RoleRef {
    type Err = crate::Error;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(RoleRef::BuiltIn).or_else(|_| s.parse().map(RoleRef::Custom)).map_err(|_| {
            crate::Error::invalid(
                "role",
                "expected owner, manager, agent, viewer or the id of a role of this workspace",
            )
        })
    }
}

impl TryFrom<String> for RoleRef {
    type Error = crate::Error;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<RoleRef> for String {
    fn from(role: RoleRef) -> Self {
        role.to_string()
    }
}

impl From<Role> for RoleRef {
    fn from(role: Role) -> Self {
        RoleRef::BuiltIn(role)
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

//! The 40 permissions: the one table that enforcement, the matrix on screen, the API and the tests read.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What somebody may do in a workspace. Written `contacts.read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Permission {
    ContactsRead,
    ContactsCreate,
    ContactsUpdate,
    ContactsDelete,
    ContactsConsent,
    ContactsImport,
    ContactsExport,
    ConversationsView,
    ConversationsAssign,
    ConversationsClose,
    ConversationsLabel,
    MessagesView,
    MessagesSend,
    MessagesSendTemplate,
    MessagesNote,
    MessagesRetry,
    MessagesDelete,
    TemplatesView,
    TemplatesCreate,
    TemplatesManage,
    TemplatesDelete,
    BroadcastsView,
    BroadcastsEdit,
    BroadcastsSend,
    TeamsView,
    TeamsInvite,
    TeamsManage,
    BillingView,
    BillingManage,
    NumbersView,
    NumbersManage,
    ApiView,
    ApiManage,
    AuditView,
    AuditExport,
    ReportsView,
    OperationsView,
    OperationsManage,
    WorkspaceSettings,
    WorkspaceDelete,
}

/// A heading of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Contacts,
    Conversations,
    Messages,
    Templates,
    Broadcasts,
    Teams,
    Billing,
    Numbers,
    Api,
    Audit,
    Reports,
    Operations,
    Workspace,
}

use Permission as P;

/// Name, heading, words for people, and whether it can be held for own contacts and conversations only.
const TABLE: [(Permission, &str, Group, &str, bool); Permission::COUNT] = [
    (P::ContactsRead, "contacts.read", Group::Contacts, "View contacts", true),
    (P::ContactsCreate, "contacts.create", Group::Contacts, "Add contacts", false),
    (P::ContactsUpdate, "contacts.update", Group::Contacts, "Edit details and custom fields", true),
    (P::ContactsDelete, "contacts.delete", Group::Contacts, "Delete contacts", false),
    (P::ContactsConsent, "contacts.consent", Group::Contacts, "Record opt-in or opt-out", true),
    (P::ContactsImport, "contacts.import", Group::Contacts, "Import contacts", false),
    (P::ContactsExport, "contacts.export", Group::Contacts, "Export contacts", false),
    (P::ConversationsView, "conversations.view", Group::Conversations, "View conversations", true),
    (P::ConversationsAssign, "conversations.assign", Group::Conversations, "Assign and hand over", true),
    (P::ConversationsClose, "conversations.close", Group::Conversations, "Close and reopen", true),
    (P::ConversationsLabel, "conversations.label", Group::Conversations, "Add and remove labels", true),
    (P::MessagesView, "messages.view", Group::Messages, "Read messages", true),
    (P::MessagesSend, "messages.send", Group::Messages, "Reply inside an open window", true),
    (P::MessagesSendTemplate, "messages.send_template", Group::Messages, "Send approved templates", true),
    (P::MessagesNote, "messages.note", Group::Messages, "Write internal notes", true),
    (P::MessagesRetry, "messages.retry", Group::Messages, "Send a failed message again", true),
    (P::MessagesDelete, "messages.delete", Group::Messages, "Delete messages", false),
    (P::TemplatesView, "templates.view", Group::Templates, "View templates", false),
    (P::TemplatesCreate, "templates.create", Group::Templates, "Write and submit templates", false),
    (P::TemplatesManage, "templates.manage", Group::Templates, "Edit and organise templates", false),
    (P::TemplatesDelete, "templates.delete", Group::Templates, "Delete templates", false),
    (P::BroadcastsView, "broadcasts.view", Group::Broadcasts, "View broadcasts and results", false),
    (P::BroadcastsEdit, "broadcasts.edit", Group::Broadcasts, "Prepare an audience and a draft", false),
    (P::BroadcastsSend, "broadcasts.send", Group::Broadcasts, "Send or schedule", false),
    (P::TeamsView, "teams.view", Group::Teams, "View members", false),
    (P::TeamsInvite, "teams.invite", Group::Teams, "Invite members", false),
    (P::TeamsManage, "teams.manage", Group::Teams, "Change roles, remove members", false),
    (P::BillingView, "billing.view", Group::Billing, "View usage and invoices", false),
    (P::BillingManage, "billing.manage", Group::Billing, "Change plan and payment", false),
    (P::NumbersView, "numbers.view", Group::Numbers, "View quality and limits", false),
    (P::NumbersManage, "numbers.manage", Group::Numbers, "Connect, edit and disconnect", false),
    (P::ApiView, "api.view", Group::Api, "View API tokens", false),
    (P::ApiManage, "api.manage", Group::Api, "Create and revoke API tokens", false),
    (P::AuditView, "audit.view", Group::Audit, "View the audit trail", false),
    (P::AuditExport, "audit.export", Group::Audit, "Export the audit trail", false),
    (P::ReportsView, "reports.view", Group::Reports, "View reports", false),
    (P::OperationsView, "operations.view", Group::Operations, "View queues and dead letters", false),
    (
        P::OperationsManage,
        "operations.manage",
        Group::Operations,
        "Retry or discard dead letters, pause numbers",
        false,
    ),
    (P::WorkspaceSettings, "workspace.settings", Group::Workspace, "Edit the workspace's settings", false),
    (P::WorkspaceDelete, "workspace.delete", Group::Workspace, "Delete the workspace", false),
];

impl Permission {
    pub const COUNT: usize = 40;

    /// In the order of the matrix.
    pub fn all() -> impl Iterator<Item = Permission> {
        TABLE.iter().map(|row| row.0)
    }

    /// As stored, shown and answered with 403: `contacts.read`.
    pub const fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    pub const fn group(self) -> Group {
        TABLE[self as usize].2
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        TABLE[self as usize].3
    }

    /// Whether it can be held for what is assigned to the member alone.
    pub const fn can_be_own(self) -> bool {
        TABLE[self as usize].4
    }

    pub(super) const fn bit(self) -> u64 {
        1 << self as usize
    }
}

impl Group {
    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Group::Contacts => "Contacts",
            Group::Conversations => "Conversations",
            Group::Messages => "Messages",
            Group::Templates => "Templates",
            Group::Broadcasts => "Broadcasts",
            Group::Teams => "Team",
            Group::Billing => "Billing",
            Group::Numbers => "Phone numbers",
            Group::Api => "API",
            Group::Audit => "Audit",
            Group::Reports => "Reports",
            Group::Operations => "Operations",
            Group::Workspace => "Workspace",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = crate::Error;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|permission| permission.as_str() == s)
            .ok_or_else(|| crate::Error::invalid("permission", format!("there is no permission {s:?}")))
    }
}

impl TryFrom<String> for Permission {
    type Error = crate::Error;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<Permission> for &'static str {
    fn from(permission: Permission) -> Self {
        permission.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, place, "{}", row.1);
            assert_eq!(row.1.parse::<Permission>(), Ok(row.0));
        }
    }
}

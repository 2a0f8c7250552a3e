use domain::id::{UserId, WorkspaceId};
use uuid::Uuid;

/// What a secret is for. Part of the associated data, so one kind cannot be passed off as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Meta's access token of a business number.
    AccessToken,
    /// What signs the rows of a workspace's audit trail.
    AuditKey,
    /// The proof that an entry of the audit trail was written by a process with the master key.
    AuditEntry,
    /// What somebody's one-time codes are made from. Owned by the user.
    TotpSecret,
    /// Mail that waits to be sent: it may hold a link that signs in.
    Mail,
    /// What the installation signs its pushes with.
    PushKey,
    /// Where a browser is reached, and its keys: whoever has them can push to it.
    PushSubscription,
}

const NAMES: [(Kind, &str, &str); 7] = [
    (Kind::AccessToken, "access_token", "access token"),
    (Kind::AuditKey, "audit_key", "audit key"),
    (Kind::AuditEntry, "audit_entry", "audit entry"),
    (Kind::TotpSecret, "totp_secret", "authenticator secret"),
    (Kind::Mail, "mail", "mail to be sent"),
    (Kind::PushKey, "push_key", "key for pushes"),
    (Kind::PushSubscription, "push_subscription", "push subscription"),
];

impl Kind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        NAMES[self as usize].2
    }

    pub(super) fn parse(stored: &str) -> Option<Self> {
        NAMES.iter().find(|row| row.1 == stored).map(|row| row.0)
    }
}

/// Whose a secret is. Part of the associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    Workspace(WorkspaceId),
    User(UserId),
}

impl From<WorkspaceId> for Owner {
    fn from(id: WorkspaceId) -> Self {
        Self::Workspace(id)
    }
}

impl From<UserId> for Owner {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

/// What an envelope opens for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub owner: Owner,
    pub kind: Kind,
    /// The number, workspace, user or mail that the secret is about.
    pub subject: Uuid,
    pub version: i64,
}

impl Label {
    /// Of a secret that is about its owner itself.
    pub fn own(owner: Owner, kind: Kind, version: i64) -> Self {
        let subject = match owner {
            Owner::Workspace(id) => id.0,
            Owner::User(id) => id.0,
        };
        Self { owner, kind, subject, version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for (at, (kind, name, _)) in NAMES.iter().enumerate() {
            assert_eq!(*kind as usize, at);
            assert_eq!(Kind::parse(name), Some(*kind));
        }
        assert_eq!(Kind::parse("something"), None);
    }
}

//! Alerts: what somebody should look at, kept until they did.

use crate::{
    id::AlertId,
    permission::{Access, Permission},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// What an alert is about. Decides who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The audit trail does not verify.
    AuditBroken,
    /// A secret does not open with the configured keys.
    SecretUnreadable,
    /// An access token for Meta has become too old.
    AccessTokenOld,
    /// Meta refuses an access token.
    AccessTokenRefused,
    /// An API token was revoked because it was used from too many networks.
    TokenMisused,
    /// An API token is used in a way that it never was.
    TokenUnusual,
    /// Meta rates a number worse than before.
    QualityDropped,
    /// Deliveries or messages used up their tries.
    DeadLetters,
}

/// How much of a hurry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Low,
    /// Should be looked at today.
    Medium,
    /// Should be looked at now; also sent by mail.
    High,
}

/// What is to be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    pub kind: Kind,
    pub severity: Severity,
    /// One line, at most [`NewAlert::TITLE_LIMIT`] characters; what is longer is cut.
    pub title: String,
    /// What happened and what to do about it, at most [`NewAlert::BODY_LIMIT`] characters. Holds no secret.
    pub body: String,
    /// Where to look: a path inside the workspace without a slash in front, such as `tokens`.
    pub link: String,
    /// Raised again with the same key before anybody read it, an alert is counted instead of doubled.
    pub key: String,
}

/// An alert as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertView {
    pub id: AlertId,
    pub kind: Kind,
    pub severity: Severity,
    pub title: String,
    pub body: String,
    /// A path inside the workspace without a slash in front.
    pub link: String,
    /// How often it happened before somebody read it; at least 1.
    pub times: i64,
    pub first_at: Millis,
    pub last_at: Millis,
    /// Whether this member has not read it.
    pub unread: bool,
}

/// The place of an alert in the list, behind which the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub at: Millis,
    pub id: AlertId,
}

impl NewAlert {
    pub const TITLE_LIMIT: usize = 160;
    pub const BODY_LIMIT: usize = 1_000;
}

impl AlertView {
    pub const fn place(&self) -> Place {
        Place { at: self.last_at, id: self.id }
    }
}

/// Name as stored, words for people, and the permission that shows it.
const TABLE: [(Kind, &str, &str, Permission); 8] = [
    (Kind::AuditBroken, "audit_broken", "Audit trail", Permission::AuditView),
    (Kind::SecretUnreadable, "secret_unreadable", "Vault", Permission::NumbersManage),
    (Kind::AccessTokenOld, "access_token_old", "Access token", Permission::NumbersManage),
    (Kind::AccessTokenRefused, "access_token_refused", "Access token", Permission::NumbersManage),
    (Kind::TokenMisused, "token_misused", "API token", Permission::ApiManage),
    (Kind::TokenUnusual, "token_unusual", "API token", Permission::ApiView),
    (Kind::QualityDropped, "quality_dropped", "Phone number", Permission::OperationsView),
    (Kind::DeadLetters, "dead_letters", "Operations", Permission::OperationsView),
];

impl Kind {
    pub fn all() -> impl Iterator<Item = Kind> {
        TABLE.iter().map(|row| row.0)
    }

    pub const fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// Who holds this sees such alerts.
    pub const fn permission(self) -> Permission {
        TABLE[self as usize].3
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::all().find(|kind| kind.as_str() == s)
    }

    pub fn seen_with(self, access: &Access) -> bool {
        access.allows(self.permission())
    }
}

impl Severity {
    const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Severity::Low => "Good to know",
            Severity::Medium => "Look today",
            Severity::High => "Look now",
        }
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    fn seen_by(role: Role) -> Vec<Kind> {
        let access = Access { permissions: role.permissions(), unassigned: true };
        Kind::all().filter(|kind| kind.seen_with(&access)).collect()
    }

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, place, "{}", row.1);
            assert_eq!(Kind::parse(row.1), Some(row.0));
            assert_eq!(serde_json::to_value(row.0).unwrap(), row.1);
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
        }
    }

    #[test]
    fn alerts_are_for_those_who_can_do_something() {
        assert_eq!(seen_by(Role::Owner).len(), TABLE.len());
        assert!(!seen_by(Role::Manager).contains(&Kind::TokenMisused));
        assert!(seen_by(Role::Manager).contains(&Kind::TokenUnusual));
        assert_eq!(seen_by(Role::Agent), []);
        assert_eq!(seen_by(Role::Viewer), []);
    }
}

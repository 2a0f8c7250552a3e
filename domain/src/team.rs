//! The team as its screens and the API see it.

use crate::{
    id::{InvitationId, MemberId},
    role::{Role, RoleRef},
    time::{DAY, Millis},
};
use serde::{Deserialize, Serialize};

/// A member as the team screen lists them, removed ones too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub email: String,
    pub role: RoleRef,
    /// What their role is, or was copied from.
    pub base: Role,
    /// The name of their role, as people read it.
    pub role_name: String,
    /// Whether new conversations are given to them.
    pub available: bool,
    pub joined_at: Millis,
    /// `None` for somebody who has not been here yet.
    pub last_active_at: Option<Millis>,
    /// Set for those who may not come in any more.
    pub removed_at: Option<Millis>,
    /// Contacts assigned to them.
    pub contacts: i64,
    /// Open conversations assigned to them.
    pub conversations: i64,
    /// The one who asks.
    pub me: bool,
    /// Whether the one who asks may give them another role, remove or restore them.
    pub within_reach: bool,
}

/// How busy a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub member: MemberId,
    /// They have a page open, or had one a moment ago.
    pub here: bool,
    /// Open conversations that are theirs and not snoozed.
    pub open: i64,
}

/// What became of an invitation's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mailed {
    /// No mail server is configured: the link was handed over.
    No,
    /// Waits for the mail server.
    Waiting,
    /// The mail server took it.
    Sent,
    /// The mail server did not take it, however often it was tried.
    Failed,
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: RoleRef,
    /// The name of the role, as people read it.
    pub role_name: String,
    /// The name of who invited, or sent the newest link.
    pub invited_by: String,
    /// When the newest link was made.
    pub sent_at: Millis,
    pub expires_at: Millis,
    pub mailed: Mailed,
    /// Whether the one who asks may send another link or revoke it.
    pub within_reach: bool,
}

impl Invitation {
    /// A link works this long.
    pub const LIFE: Millis = 7 * DAY;
    /// Open at a time in one workspace.
    pub const LIMIT: i64 = 50;

    pub fn expired(&self, now: Millis) -> bool {
        self.expires_at <= now
    }
}

/// What whoever holds the link of an invitation is told before they accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub workspace: String,
    pub email: String,
    pub role_name: String,
    pub role_about: String,
    pub invited_by: String,
    pub expires_at: Millis,
    /// Somebody signs in with this address already.
    pub account: bool,
}

/// What a workspace can set for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub name: String,
    /// Members who see only their own also see, and may take, what is assigned to nobody.
    pub agents_see_unassigned: bool,
    /// Everybody needs a second factor to come in.
    pub require_totp: bool,
    /// Customers see that their messages were read.
    pub read_receipts: bool,
    /// Customers see that somebody types; WhatsApp shows it only together with the former.
    pub typing_indicator: bool,
    /// A message that Meta did not confirm within ten minutes is sent once more by itself, and may arrive twice; otherwise it is
    /// held for a person to decide.
    pub resend_unconfirmed: bool,
    /// Days that the audit trail is kept.
    pub audit_days: i64,
}

impl Settings {
    /// Days that the audit trail may be kept.
    pub const AUDIT_DAYS: std::ops::RangeInclusive<i64> = 7..=3_650;
}

/// Contacts that can be assigned at once.
pub const ASSIGN_LIMIT: usize = 1_000;

/// Roles that a workspace can make.
pub const ROLE_LIMIT: usize = 50;

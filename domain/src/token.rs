//! Tokens of the REST API: what may use a workspace without a person at the keyboard.

use crate::{
    id::{MemberId, TokenId},
    permission::Permissions,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// With this every token begins, so that people and secret scanners recognise one.
pub const PREFIX: &str = "parl_";

/// Distinct networks that may use a token within an hour. One more revokes it.
pub const NETWORKS_LIMIT: i64 = 5;

/// A token as its screen and the API list it. The secret itself is nowhere: only a SHA-256 of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    /// What it is for, 1 to [`Token::NAME_LIMIT`] characters.
    pub name: String,
    /// The beginning of the token.
    pub prefix: String,
    /// Who made it, and for whom it acts.
    pub member: MemberId,
    pub member_name: String,
    /// What it was given. At each request it may what both this and the member's present role allow.
    pub permissions: Permissions,
    /// Called from many addresses on purpose: they are not counted.
    pub any_address: bool,
    pub created_at: Millis,
    /// `None`: it works until somebody revokes it.
    pub expires_at: Option<Millis>,
    /// Noted once a minute.
    pub last_used_at: Option<Millis>,
    pub last_address: Option<String>,
    /// Networks that used it within the last hour: IPv4 addresses, and of IPv6 the /64.
    pub networks: Vec<String>,
    pub ended: Option<Ended>,
    /// Whether the one who asks may revoke it.
    pub within_reach: bool,
}

/// That a token stopped working before its time, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Millis,
    pub why: End,
}

/// Why a token stopped working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Somebody revoked it.
    Revoked,
    /// It was used from too many networks.
    Misuse,
    /// Its member was removed from the workspace.
    Removed,
    /// The token that made it ended.
    Parent,
}

/// What somebody wants a new token to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    pub name: String,
    pub permissions: Permissions,
    pub expires_at: Option<Millis>,
    pub any_address: bool,
}

impl Token {
    pub const NAME_LIMIT: usize = 64;

    /// Whether it opens anything now, as far as its own row can tell.
    pub fn works(&self, now: Millis) -> bool {
        self.ended.is_none() && self.expires_at.is_none_or(|at| at > now)
    }
}

impl End {
    pub const fn as_str(self) -> &'static str {
        match self {
            End::Revoked => "revoked",
            End::Misuse => "misuse",
            End::Removed => "removed",
            End::Parent => "parent",
        }
    }

    pub fn parse(s: &str) -> Self {
        [End::Misuse, End::Removed, End::Parent].into_iter().find(|end| end.as_str() == s).unwrap_or(End::Revoked)
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            End::Revoked => "Revoked",
            End::Misuse => "Revoked: too many networks",
            End::Removed => "Ended with its member",
            End::Parent => "Ended with the token that made it",
        }
    }
}

use crate::time::{DAY, Millis};
use serde::{Deserialize, Serialize};

/// What a workspace withholds from somebody who said STOP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every message.
    #[default]
    All,
    /// Templates of the marketing category; answers and confirmations still go out.
    Marketing,
}

impl Scope {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::All => "all",
            Scope::Marketing => "marketing",
        }
    }

    /// From the database. An unknown word is the stricter one.
    pub fn parse(s: &str) -> Self {
        if s == "marketing" { Scope::Marketing } else { Scope::All }
    }
}

/// Whether a message to somebody may not go out. `despite`: it is the confirmation of the opt-out, or an answer that a member
/// gives knowingly.
pub const fn refuses(opted_out_at: Option<Millis>, scope: Scope, marketing: bool, despite: bool) -> bool {
    opted_out_at.is_some() && !despite && (marketing || matches!(scope, Scope::All))
}

/// Whether the customer wrote after they opted out. The window tells when that was: it is 24 hours from their last message.
pub const fn wrote_since(opted_out_at: Millis, window_expires_at: Option<Millis>) -> bool {
    match window_expires_at {
        Some(expires) => expires - DAY > opted_out_at,
        None => false,
    }
}

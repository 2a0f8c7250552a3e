//! Drafts, kept in the browser, one a conversation and what is written; [`super::drafts`] keeps them with the server too. The member's id is part of the name: colleagues may share a computer.

use domain::id::{ConversationId, MemberId};

use super::outbox::store;

/// What every name begins with.
pub const PREFIX: &str = "draft:";
#[cfg(feature = "hydrate")]
const BASE: &str = ":kept";

/// What it is a draft of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Reply,
    Note,
}

impl Of {
    pub const fn what(note: bool) -> Self {
        if note { Self::Note } else { Self::Reply }
    }
}

fn name(of: Of, me: MemberId, conversation: ConversationId) -> String {
    match of {
        Of::Reply => format!("{PREFIX}{me}:{conversation}"),
        Of::Note => format!("{PREFIX}{me}:{conversation}:note"),
    }
}

pub fn load(of: Of, me: MemberId, conversation: ConversationId) -> Option<String> {
    store::get(&name(of, me, conversation))
}

/// An empty text is no draft.
pub fn save(of: Of, me: MemberId, conversation: ConversationId, text: &str) {
    let name = name(of, me, conversation);
    if text.is_empty() { store::remove(&name) } else { store::set(&name, text) }
}

/// What the server had when it was asked last.
#[cfg(feature = "hydrate")]
pub fn base(of: Of, me: MemberId, conversation: ConversationId) -> String {
    store::get(&(name(of, me, conversation) + BASE)).unwrap_or_default()
}

#[cfg(feature = "hydrate")]
pub fn set_base(of: Of, me: MemberId, conversation: ConversationId, text: &str) {
    let name = name(of, me, conversation) + BASE;
    if text.is_empty() { store::remove(&name) } else { store::set(&name, text) }
}

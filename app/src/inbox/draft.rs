//! Drafts, kept in the browser, one a conversation. The member's id is part of the name: colleagues may share a computer.

use domain::id::{ConversationId, MemberId};

use super::outbox::store;

/// What every name begins with.
pub const PREFIX: &str = "draft:";

fn name(me: MemberId, conversation: ConversationId) -> String {
    format!("{PREFIX}{me}:{conversation}")
}

pub fn load(me: MemberId, conversation: ConversationId) -> Option<String> {
    store::get(&name(me, conversation))
}

/// An empty text is no draft.
pub fn save(me: MemberId, conversation: ConversationId, text: &str) {
    let name = name(me, conversation);
    if text.is_empty() { store::remove(&name) } else { store::set(&name, text) }
}

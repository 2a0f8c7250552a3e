//! Drafts, kept in the browser, one a conversation. The member's id is part of the name: colleagues may share a computer.

use domain::id::{ConversationId, MemberId};

#[cfg(feature = "hydrate")]
mod storage {
    use super::*;

    fn name(me: MemberId, conversation: ConversationId) -> String {
        format!("draft:{me}:{conversation}")
    }

    fn store() -> Option<web_sys::Storage> {
        web_sys::window()?.local_storage().ok().flatten()
    }

    pub fn load(me: MemberId, conversation: ConversationId) -> Option<String> {
        store()?.get_item(&name(me, conversation)).ok().flatten()
    }

    pub fn save(me: MemberId, conversation: ConversationId, text: &str) {
        let Some(store) = store() else { return };
        // A full or forbidden storage costs the draft, not the page.
        let _ = if text.is_empty() {
            store.remove_item(&name(me, conversation))
        } else {
            store.set_item(&name(me, conversation), text)
        };
    }

    /// Unless something else was begun meanwhile.
    pub fn clear(me: MemberId, conversation: ConversationId, sent: &str) {
        if load(me, conversation).as_deref() == Some(sent) {
            save(me, conversation, "");
        }
    }
}

#[cfg(feature = "hydrate")]
pub use storage::{clear, load, save};

#[cfg(not(feature = "hydrate"))]
mod nothing {
    use super::*;

    pub fn load(_: MemberId, _: ConversationId) -> Option<String> {
        None
    }

    pub fn save(_: MemberId, _: ConversationId, _: &str) {}

    pub fn clear(_: MemberId, _: ConversationId, _: &str) {}
}

#[cfg(not(feature = "hydrate"))]
pub use nothing::{clear, load, save};

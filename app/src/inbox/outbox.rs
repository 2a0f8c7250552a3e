//! Replies and notes that the server has not confirmed, kept in the browser: a reload loses none. One entry each, so that tabs
//! do not overwrite one another's.

use domain::{
    content::Quote,
    id::{ConversationId, MemberId, MessageId, WorkspaceId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// A reply or a note as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Idempotency key and message id.
    pub id: MessageId,
    pub conversation: ConversationId,
    pub text: String,
    pub at: Millis,
    /// Whoever wrote it knows that the customer opted out.
    #[serde(default)]
    pub despite: bool,
    /// What it answers.
    #[serde(default)]
    pub quote: Option<Quote>,
    /// It is for colleagues.
    #[serde(default)]
    pub note: bool,
    /// Why the server said no: then it waits for the person.
    #[serde(default)]
    pub refused: Option<String>,
}

/// Whose replies: colleagues may share a computer, a person may belong to several workspaces.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub workspace: WorkspaceId,
    pub me: MemberId,
}

impl Owner {
    fn prefix(self) -> String {
        format!("{PREFIX}{}:{}:", self.workspace, self.me)
    }
}

/// What every name begins with.
pub const PREFIX: &str = "pending:";

/// Keeps a reply, or the newest about it.
pub fn keep(owner: Owner, kept: &Kept) {
    if let Ok(json) = serde_json::to_string(kept) {
        store::set(&format!("{}{}", owner.prefix(), kept.id), &json);
    }
}

/// It has arrived, or was taken back.
pub fn drop(owner: Owner, id: MessageId) {
    store::remove(&format!("{}{id}", owner.prefix()));
}

/// In the order of writing.
pub fn load(owner: Owner) -> Vec<Kept> {
    let names = store::names(&[&owner.prefix()]);
    let mut kept: Vec<Kept> = names.iter().filter_map(|name| serde_json::from_str(&store::get(name)?).ok()).collect();
    kept.sort_by_key(|kept| (kept.at, kept.id));
    kept
}

/// Who logs out leaves nothing behind: neither drafts nor replies.
pub fn clear() {
    for name in store::names(&[PREFIX, super::draft::PREFIX]) {
        store::remove(&name);
    }
}

/// The browser's storage. A full or forbidden one costs what would be kept, not the page.
#[cfg(feature = "hydrate")]
pub mod store {
    fn open() -> Option<web_sys::Storage> {
        web_sys::window()?.local_storage().ok().flatten()
    }

    pub fn get(name: &str) -> Option<String> {
        open()?.get_item(name).ok().flatten()
    }

    pub fn set(name: &str, value: &str) {
        let _ = open().map(|store| store.set_item(name, value));
    }

    pub fn remove(name: &str) {
        let _ = open().map(|store| store.remove_item(name));
    }

    /// All that begin with one of these.
    pub fn names(prefixes: &[&str]) -> Vec<String> {
        let Some(store) = open() else { return Vec::new() };
        let names = (0..store.length().unwrap_or_default()).filter_map(|place| store.key(place).ok().flatten());
        names.filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))).collect()
    }
}

/// The server draws as if nothing were kept.
#[cfg(not(feature = "hydrate"))]
pub mod store {
    pub fn get(_: &str) -> Option<String> {
        None
    }

    pub fn set(_: &str, _: &str) {}

    pub fn remove(_: &str) {}

    pub fn names(_: &[&str]) -> Vec<String> {
        Vec::new()
    }
}

//! More than words: files, places, contact cards, choices. The dialog comes later than the page.

pub(super) mod dialog;

mod choices;
mod files;
pub(super) mod upload;

use domain::{content::MediaBrief, id::ConversationId, message::Kind};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::screen::Screen;
pub use choices::choices;

/// What an upload was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// As what it will be sent.
    pub kind: Kind,
    pub media: MediaBrief,
}

impl Screen {
    /// Opens the dialog for a conversation.
    pub fn attach(&self, conversation: ConversationId) {
        self.attaching.set(Some(conversation));
    }
}

/// Files that were pasted or dropped wait for the dialog; false where there are none.
#[cfg(feature = "hydrate")]
pub fn take_files(screen: Screen, conversation: ConversationId, files: Option<web_sys::FileList>) -> bool {
    let Some(files) = files.filter(|files| files.length() > 0) else { return false };
    files::wait((0..files.length()).filter_map(|nth| files.get(nth)).collect());
    screen.attach(conversation);
    true
}

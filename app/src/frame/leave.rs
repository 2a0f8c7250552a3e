//! Signing out from a page that does not hold the replies which wait to be sent.

use domain::id::{MemberId, WorkspaceId};
use leptos::ev::SubmitEvent;

use crate::inbox::outbox::{self, Owner};

/// Nothing of what was written stays in this browser; before replies are lost, the person is asked.
pub fn ask(workspace: WorkspaceId, me: MemberId, event: &SubmitEvent) {
    let unsent = outbox::load(Owner { workspace, me }).len();
    if unsent == 0 || sure(unsent) {
        outbox::clear();
    } else {
        event.prevent_default();
    }
}

/// Whether the person gives up so much of what was written.
pub fn sure(unsent: usize) -> bool {
    let what = if unsent == 1 { "1 reply or note is".to_owned() } else { format!("{unsent} replies and notes are") };
    #[cfg(feature = "hydrate")]
    {
        let question = format!("{what} not sent yet. Log out and discard?");
        // A browser that does not ask does not keep anybody here.
        leptos::prelude::window().confirm_with_message(&question).unwrap_or(true)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = what;
        true
    }
}

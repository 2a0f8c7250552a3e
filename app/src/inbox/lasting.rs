//! What the inbox leaves behind when the person goes to another page without loading it anew: a timer may be armed and an answer
//! on its way, so that what they read stays, emptied, and says that nobody looks any more.

use leptos::prelude::*;

use super::screen::Screen;

/// Made for as long as the document stands, and not for as long as the page in it does.
pub fn lasting<T>(make: impl FnOnce() -> T) -> T {
    // The server draws once, and keeps nothing.
    if cfg!(feature = "hydrate") {
        let mut top = Owner::current();
        while let Some(above) = top.as_ref().and_then(Owner::parent) {
            top = Some(above);
        }
        if let Some(top) = top {
            return top.with(make);
        }
    }
    make()
}

impl Screen {
    /// The person has gone to another page: nothing begins any more, and what comes is let go.
    pub fn is_gone(&self) -> bool {
        self.gone.get_value()
    }

    /// Replies that wait stay in the browser, and are sent by the next inbox. No signal changes any more: until the other page is
    /// there, what is drawn here follows them, and has lost its own.
    #[cfg(feature = "hydrate")]
    pub(super) fn go_away(&self) {
        self.gone.set_value(true);
        self.pending.update_value(|list| list.retain(|pending| pending.sending));
        self.meanwhile.update_value(|(_, events)| events.clear());
        self.model.update_value(|model| {
            model.rows = Vec::new();
            model.thread = None;
        });
        self.facts.update_value(|facts| {
            let mut bare = facts.as_ref().clone();
            (bare.inbox.rows, bare.inbox.thread) = (Vec::new(), None);
            *facts = std::sync::Arc::new(bare);
        });
    }
}

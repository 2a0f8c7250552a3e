//! What the inbox tells the person while they look elsewhere.

use leptos::prelude::*;

use super::screen::Screen;

/// Listens as long as the page stands; there is nothing to see.
pub fn start(screen: Screen) -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        super::numbers::restore(screen);
        crate::frame::told::start(screen.slug(), browser::Told(screen));
    }
    super::search::jump::asked(screen);
    ().into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::{
        id::{ConversationId, MemberId},
        inbox::Row,
    };
    use leptos::prelude::*;
    use web_sys::VisibilityState;

    use crate::{frame::told::Listener, inbox::screen::Screen};

    pub struct Told(pub Screen);

    impl Listener for Told {
        fn me(&self) -> MemberId {
            self.0.me()
        }

        fn sees(&self, conversation: ConversationId) -> bool {
            document().visibility_state() == VisibilityState::Visible && self.0.open_id() == Some(conversation)
        }

        fn say(&self, text: String, conversation: ConversationId) {
            self.0.say(text, Vec::new(), Some(conversation));
        }

        /// The list says it, with the colleague's name: see `Screen::named`.
        fn named(&self, _: &Row) {}
    }
}

//! What happens elsewhere and is told here: the stream, what the person is told of while they look elsewhere, and that nothing
//! comes in.

use leptos::prelude::*;

use super::screen::Screen;
use crate::ui::icon;

/// Listens as long as the page stands; to be seen is only that it is cut off.
pub fn start(screen: Screen) -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        super::live::join(screen);
        super::numbers::restore(screen);
        super::palette::hear_field(move || screen.over.set(Some(super::over::Over::Palette)));
        crate::frame::told::start(screen.slug(), browser::Told(screen));
    }
    super::search::jump::asked(screen);
    offline_view(screen)
}

/// Over the top bar, which is of no use meanwhile: no pane moves. The seconds are not read out, each of them.
fn offline_view(screen: Screen) -> AnyView {
    let again = move || match (screen.next_try.get() - screen.now.get() + 999) / 1_000 {
        left @ 1.. => format!("Reconnecting in {left} s. "),
        _ => "Reconnecting. ".to_owned(),
    };
    view! {
        <div class="offline banner warn" role="status" class:shown=screen.offline>
            {move || {
                screen.offline.get().then(|| {
                    view! {
                        {icon("wifi", "")}
                        <p>
                            <b>"Offline. "</b>
                            <span aria-hidden="true">{again}</span>
                            "Replies wait here and are sent in order."
                        </p>
                    }
                })
            }}
        </div>
    }
    .into_any()
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

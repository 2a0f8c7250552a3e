//! What is asked over the page: filters, labels, a reaction, whom to write to, a command. Its code comes later.

use domain::{
    id::{ContactId, ConversationId, MediaId, MessageId},
    inbox::Note,
};
use leptos::prelude::*;

use super::{
    fetch::fetch_view, filter_menu::filter_menu, label_menu::label_menu, note_menu::note_menu, numbers::number_menu,
    palette::palette_view, react::react_menu, screen::Screen, start::dialog::start_view,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// What the list is narrowed to.
    Filters,
    /// The labels of one conversation, or of several.
    Labels(Vec<ConversationId>),
    /// Whom to write to first, and who it is where that is known.
    Start(Option<ContactId>),
    /// A note of one's own, to be changed or removed.
    Note(Note),
    /// Our reaction to a message.
    React(MessageId),
    /// A file that could not be fetched is asked for once more.
    Fetch(MediaId),
    /// Which business number the list is narrowed to.
    Numbers,
    /// Commands by name.
    Palette,
}

pub fn over_view(screen: Screen, over: Over) -> AnyView {
    match over {
        Over::Filters => filter_menu(screen),
        Over::Labels(ids) => label_menu(screen, ids),
        Over::Start(who) => start_view(screen, who),
        Over::Note(note) => note_menu(screen, note),
        Over::React(message) => react_menu(screen, message),
        Over::Fetch(media) => fetch_view(screen, media),
        Over::Numbers => number_menu(screen),
        Over::Palette => {
            let facts = screen.facts();
            // What was chosen may ask something itself by now.
            let closed = move || {
                if screen.over.with_untracked(|over| *over == Some(Over::Palette)) {
                    screen.over.set(None);
                }
            };
            palette_view(facts.workspace.slug.clone(), facts.access, Some(screen), closed)
        }
    }
}

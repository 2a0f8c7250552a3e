//! What is asked over the page: filters, labels, a number, a command. Its code comes later.

use domain::{id::ConversationId, inbox::Note};
use leptos::prelude::*;

use super::{
    filter_menu::filter_menu, label_menu::label_menu, note_menu::note_menu, numbers::number_menu,
    palette::palette_view, screen::Screen,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// What the list is narrowed to.
    Filters,
    /// The labels of one conversation, or of several.
    Labels(Vec<ConversationId>),
    /// A note of one's own, to be changed or removed.
    Note(Note),
    /// Which business number the list is narrowed to.
    Numbers,
    /// Commands by name.
    Palette,
}

pub fn over_view(screen: Screen, over: Over) -> AnyView {
    match over {
        Over::Filters => filter_menu(screen),
        Over::Labels(ids) => label_menu(screen, ids),
        Over::Note(note) => note_menu(screen, note),
        Over::Numbers => number_menu(screen),
        Over::Palette => palette_view(screen),
    }
}

use super::{Card, Content, File, Menu, Order, Place, Reacts};
use crate::message::Kind;

impl Content {
    /// The message in one line of the list: begins with what it is. `text` is the message's; of an unsupported one Meta's name
    /// for it, which is left as it is.
    pub fn preview(&self, kind: Kind, text: &str) -> String {
        match self {
            Self::Media(file) => media(kind, file, text),
            Self::Location(Place { name, address, .. }) => named("Location", name.as_deref().or(address.as_deref())),
            Self::Contacts(cards) => contacts(cards),
            Self::Tapped(tapped) => format!("Tapped “{}”", tapped.title),
            Self::Form(form) => named("Form", Some(form.body.as_str())),
            Self::Order(Order { items, .. }) => match items.len() {
                1 => "Order, 1 item".to_owned(),
                many => format!("Order, {many} items"),
            },
            Self::Reacts(Reacts { emoji: Some(emoji), .. }) => format!("Reacted with {emoji}"),
            Self::Reacts(Reacts { emoji: None, .. }) => "Took a reaction back".to_owned(),
            Self::System(notice) => notice.body.clone(),
            Self::Menu(Menu::Buttons { .. } | Menu::List { .. }) | Self::Template(_) | Self::None => text.to_owned(),
        }
    }
}

fn media(kind: Kind, file: &File, text: &str) -> String {
    match kind {
        Kind::Audio if file.voice => "Voice message".to_owned(),
        Kind::Audio => "Audio".to_owned(),
        Kind::Video => named("Video", Some(text)),
        Kind::Document => named("Document", [file.name.as_deref(), Some(text)].into_iter().flatten().find(some)),
        Kind::Sticker => "Sticker".to_owned(),
        _ => named("Photo", Some(text)),
    }
}

fn contacts(cards: &[Card]) -> String {
    let first = cards.first().map(|card| card.name.as_str()).filter(some);
    match (cards.len(), first) {
        (2.., Some(first)) => format!("Contacts: {first} and {} more", cards.len() - 1),
        (2.., None) => format!("{} contacts", cards.len()),
        (_, first) => named("Contact", first),
    }
}

fn some(text: &&str) -> bool {
    !text.trim().is_empty()
}

fn named(what: &str, text: Option<&str>) -> String {
    text.filter(some).map_or_else(|| what.to_owned(), |text| format!("{what}: {text}"))
}

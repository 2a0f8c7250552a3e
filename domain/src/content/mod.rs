//! What a message holds besides its words, and what belongs to it.
//!
//! `messages.payload` holds the bare value, which the column `kind` names; on the wire the value carries its name. Reading is
//! total: what cannot be read is [`Content::None`], and the words stand alone.

mod card;
mod extras;
mod notice;
mod order;
mod place;
mod preview;
mod reply;
#[cfg(test)]
mod tests;

pub use card::{Card, CardPhone, RAW_LIMIT};
pub use extras::{Extras, Forwarded, MediaBrief, MediaState, Product, QUOTE_LIMIT, Quote, Reaction, Reacts, Referral};
pub use notice::{Notice, NoticeKind};
pub use order::{Order, OrderItem};
pub use place::Place;
pub use reply::{ANSWERS_LIMIT, Form, Line, Menu, Section, Tapped, TappedFrom};

use crate::{
    id::MediaId,
    message::{Kind, Template},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What a message holds, as far as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Of kinds image, audio, video, document and sticker.
    Media(File),
    Location(Place),
    Contacts(Vec<Card>),
    /// A button or a line of a list was chosen.
    Tapped(Tapped),
    /// A form was sent off.
    Form(Form),
    Order(Order),
    System(Notice),
    /// Buttons or a list that we offer.
    Menu(Menu),
    /// What we think of a message.
    Reacts(Reacts),
    Template(Template),
    /// Words alone.
    #[default]
    None,
}

/// A file; what it says below it is the message's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
    /// As its sender calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Recorded in WhatsApp, not chosen from the phone's files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
    /// Meta's id of an upload, by which it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<String>,
    /// Of a sticker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub animated: bool,
}

impl Content {
    /// From the columns `kind` and `payload`.
    pub fn parse(kind: Kind, payload: Option<&str>) -> Self {
        payload.and_then(|payload| Self::read(kind, payload)).unwrap_or_default()
    }

    fn read(kind: Kind, payload: &str) -> Option<Self> {
        match kind {
            Kind::Image | Kind::Audio | Kind::Video | Kind::Document | Kind::Sticker => from(payload).map(Self::Media),
            Kind::Location => from(payload).map(Self::Location),
            Kind::Contacts => from(payload).map(Self::Contacts),
            Kind::Button => from(payload).map(Self::Tapped),
            Kind::Interactive => from(payload)
                .map(Self::Tapped)
                .or_else(|| from(payload).map(Self::Form))
                .or_else(|| from(payload).map(Self::Menu)),
            Kind::Order => from(payload).map(Self::Order),
            Kind::System => from(payload).map(Self::System),
            Kind::Template => from(payload).map(Self::Template),
            Kind::Reaction => from(payload).map(Self::Reacts),
            Kind::Text | Kind::Unsupported => None,
        }
    }

    /// For the column `payload`.
    pub fn stored(&self) -> Option<String> {
        let json = match self {
            Self::Media(file) => serde_json::to_string(file),
            Self::Location(place) => serde_json::to_string(place),
            Self::Contacts(cards) => serde_json::to_string(cards),
            Self::Tapped(tapped) => serde_json::to_string(tapped),
            Self::Form(form) => serde_json::to_string(form),
            Self::Order(order) => serde_json::to_string(order),
            Self::System(notice) => serde_json::to_string(notice),
            Self::Menu(menu) => serde_json::to_string(menu),
            Self::Reacts(reacts) => serde_json::to_string(reacts),
            Self::Template(template) => serde_json::to_string(template),
            Self::None => return None,
        };
        json.ok()
    }

    /// Whether there is nothing but words.
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

fn from<T: DeserializeOwned>(payload: &str) -> Option<T> {
    serde_json::from_str(payload).ok()
}

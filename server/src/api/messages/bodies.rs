//! What a message can hold besides a text, as programs write it.

use domain::{
    content::{Card, CardPhone, Line, Menu, Place, Section},
    id::MediaId,
    outgoing::Outgoing,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file that was handed in with `POST /api/v1/media`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingFile {
    /// Of the upload. It is sent once.
    pub id: Uuid,
    /// What stands below a picture, a video or a document.
    #[schema(max_length = 1024)]
    #[serde(default)]
    pub caption: String,
}

/// A place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingLocation {
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
}

/// A contact card; a message holds 1 to 5. It needs a phone number or an e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingContact {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    company: Option<String>,
    #[serde(default)]
    phones: Vec<OutgoingPhone>,
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    urls: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutgoingPhone {
    /// With its country code.
    #[schema(example = "+49 151 12345678")]
    phone: String,
    /// Such as `HOME` or `WORK`.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Up to three buttons, or a list of up to ten rows, below some words. What is chosen comes back with its id; without one it gets
/// its place as a number.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum OutgoingInteractive {
    Button {
        #[schema(min_length = 1, max_length = 1024)]
        text: String,
        #[schema(max_length = 60)]
        header: Option<String>,
        #[schema(max_length = 60)]
        footer: Option<String>,
        buttons: Vec<OutgoingButton>,
    },
    List {
        #[schema(min_length = 1, max_length = 4096)]
        text: String,
        #[schema(max_length = 60)]
        header: Option<String>,
        #[schema(max_length = 60)]
        footer: Option<String>,
        /// What opens the list.
        #[schema(min_length = 1, max_length = 20)]
        button: String,
        sections: Vec<OutgoingSection>,
    },
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingButton {
    #[serde(default)]
    #[schema(max_length = 200)]
    id: String,
    #[schema(min_length = 1, max_length = 20)]
    title: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutgoingSection {
    /// With several sections each needs one.
    #[serde(default)]
    #[schema(max_length = 24)]
    title: String,
    rows: Vec<OutgoingRow>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutgoingRow {
    #[serde(default)]
    #[schema(max_length = 200)]
    id: String,
    #[schema(min_length = 1, max_length = 24)]
    title: String,
    #[schema(max_length = 72)]
    description: Option<String>,
}

/// Our reaction to a message of the customer's, up to 30 days old. The customer sees one reaction of a business: the last.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OutgoingReaction {
    pub message_id: Uuid,
    /// One emoji; empty, it takes ours back.
    #[schema(example = "👍")]
    pub emoji: String,
}

/// What a message answers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OutgoingContext {
    /// Of a message in the same conversation.
    pub message_id: Uuid,
}

impl OutgoingFile {
    pub fn content(&self) -> Outgoing {
        Outgoing::File(MediaId(self.id))
    }
}

impl From<OutgoingLocation> for Outgoing {
    fn from(place: OutgoingLocation) -> Self {
        let OutgoingLocation { latitude, longitude, name, address } = place;
        Self::Place(Place { latitude, longitude, name, address, url: None })
    }
}

impl From<OutgoingContact> for Card {
    fn from(card: OutgoingContact) -> Self {
        let OutgoingContact { name, company, phones, emails, urls } = card;
        let phone = |OutgoingPhone { phone, kind }: OutgoingPhone| CardPhone { phone, wa_id: None, label: kind };
        let phones = phones.into_iter().map(phone).collect();
        Self { name, org: company, phones, emails, urls, ..Self::default() }
    }
}

impl OutgoingInteractive {
    /// The words, and what is to be chosen below them.
    pub fn parts(self) -> (String, Outgoing) {
        let (text, menu) = match self {
            Self::Button { text, header, footer, buttons } => {
                let buttons = buttons.into_iter().map(|OutgoingButton { id, title }| (id, title)).collect();
                (text, Menu::Buttons { header, footer, buttons })
            }
            Self::List { text, header, footer, button, sections } => {
                let line = |OutgoingRow { id, title, description }: OutgoingRow| Line { id, title, description };
                let section = |OutgoingSection { title, rows }: OutgoingSection| Section {
                    title,
                    lines: rows.into_iter().map(line).collect(),
                };
                let sections = sections.into_iter().map(section).collect();
                (text, Menu::List { header, footer, button, sections })
            }
        };
        (text, Outgoing::Menu(menu))
    }
}

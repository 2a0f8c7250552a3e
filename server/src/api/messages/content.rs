//! What a message holds besides its words, and what became of it, as programs read it.

mod of;
#[cfg(test)]
mod tests;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MessageDirection, MessageFileState, MessageKind};

/// What a message holds besides its words.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageContent {
    /// Of an image, audio, video, document or sticker.
    File(MessageFile),
    Location(MessageLocation),
    Contacts(MessageContacts),
    /// A button, or a row of a list, that the customer chose.
    Choice(MessageChoice),
    /// A form (a "flow") that the customer filled in.
    Form(MessageForm),
    Order(MessageOrder),
    /// What WhatsApp itself says about the customer.
    Notice(MessageNotice),
    /// What we offered to tap.
    Buttons(MessageButtons),
    /// What we offered to choose from.
    List(MessageList),
    Template(MessageTemplate),
}

/// A file of a message.
#[derive(Serialize, ToSchema)]
pub struct MessageFile {
    id: Option<Uuid>,
    /// Where its bytes are read, with the same token; `null` while they are not here.
    #[schema(format = "uri-reference", example = "/api/v1/media/0199c0de-0000-7000-8000-000000000000")]
    url: Option<String>,
    /// Where a small picture of it is read, where there is one.
    #[schema(format = "uri-reference")]
    thumbnail_url: Option<String>,
    state: Option<MessageFileState>,
    /// Why it is not here.
    reason: Option<String>,
    /// As its sender calls it. Written by a stranger.
    name: Option<String>,
    /// By its content, once it is here; until then what its sender says.
    mime_type: Option<String>,
    /// Bytes.
    size: Option<u64>,
    /// Pixels, as it is shown.
    width: Option<u32>,
    height: Option<u32>,
    duration_ms: Option<u32>,
    /// Recorded in WhatsApp.
    voice: bool,
    /// Of a sticker.
    animated: bool,
}

/// A place.
#[derive(Serialize, ToSchema)]
pub struct MessageLocation {
    latitude: f64,
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
    /// As its sender gives it: check it before it becomes a link.
    url: Option<String>,
}

/// Contact cards.
#[derive(Serialize, ToSchema)]
pub struct MessageContacts {
    contacts: Vec<MessageContact>,
}

/// A contact card.
#[derive(Serialize, ToSchema)]
struct MessageContact {
    name: String,
    company: Option<String>,
    phones: Vec<MessagePhone>,
    emails: Vec<String>,
    urls: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct MessagePhone {
    /// As it is written there.
    phone: String,
    /// Digits, where it is on WhatsApp.
    wa_id: Option<String>,
    /// Such as `HOME` or `WORK`.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// What the customer chose.
#[derive(Serialize, ToSchema)]
pub struct MessageChoice {
    /// In what: the quick reply of a `template`, our `buttons`, or our `list`.
    #[schema(inline)]
    from: ChosenFrom,
    /// What it stands for, in the words of who made it.
    id: Option<String>,
    title: String,
    description: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChosenFrom {
    Template,
    Buttons,
    List,
}

#[derive(Serialize, ToSchema)]
pub struct MessageForm {
    name: Option<String>,
    /// In the order of the form; a field in a field is named with a dot.
    answers: Vec<MessageAnswer>,
}

#[derive(Serialize, ToSchema)]
struct MessageAnswer {
    field: String,
    value: String,
}

/// A basket that the customer sent off.
#[derive(Serialize, ToSchema)]
pub struct MessageOrder {
    /// Meta's id.
    catalog: String,
    items: Vec<MessageOrderItem>,
}

/// Amounts are as Meta writes them.
#[derive(Serialize, ToSchema)]
struct MessageOrderItem {
    /// The shop's own number of the product.
    product: String,
    quantity: String,
    /// Of one piece.
    price: Option<String>,
    currency: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct MessageNotice {
    /// `number_changed`, `user_id_changed`, `identity_changed`, or Meta's name of something else.
    what: String,
    /// The new number in digits, or the new user id.
    new: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct MessageButtons {
    header: Option<String>,
    footer: Option<String>,
    buttons: Vec<MessageButton>,
}

#[derive(Serialize, ToSchema)]
struct MessageButton {
    id: String,
    title: String,
}

#[derive(Serialize, ToSchema)]
pub struct MessageList {
    header: Option<String>,
    footer: Option<String>,
    /// What opens the list.
    button: String,
    sections: Vec<MessageSection>,
}

#[derive(Serialize, ToSchema)]
struct MessageSection {
    title: String,
    rows: Vec<MessageRow>,
}

#[derive(Serialize, ToSchema)]
struct MessageRow {
    id: String,
    title: String,
    description: Option<String>,
}

/// Which template it was made from; the message's text is what the customer reads.
#[derive(Serialize, ToSchema)]
pub struct MessageTemplate {
    name: String,
    /// Meta's code, such as `en_US`.
    language: String,
    /// `marketing`, `utility` or `authentication`.
    category: String,
}

/// The message that this one answers.
#[derive(Serialize, ToSchema)]
pub struct MessageQuote {
    /// `null` for one that is not here, such as one from before the number was connected.
    id: Option<Uuid>,
    direction: Option<MessageDirection>,
    kind: Option<MessageKind>,
    /// Its beginning.
    text: String,
}

/// What somebody thinks of the message.
#[derive(Serialize, ToSchema)]
pub struct MessageReaction {
    direction: MessageDirection,
    emoji: String,
    /// Unix time in milliseconds.
    at: i64,
    /// The member who reacted for the business, where that is known.
    author: Option<Uuid>,
    /// Who of a group.
    who: Option<String>,
    /// Ours is on its way.
    waits: bool,
    /// Why ours did not arrive, or could not be taken back.
    error: Option<String>,
}

/// The advertisement or post that led the customer here, in Meta's words.
#[derive(Serialize, ToSchema)]
pub struct MessageReferral {
    /// `ad` or `post`.
    source: Option<String>,
    /// Meta's id of it.
    id: Option<String>,
    /// As it comes: check it before it becomes a link.
    url: Option<String>,
    headline: Option<String>,
    body: Option<String>,
    /// Meta's id of the click.
    click: Option<String>,
}

/// The product of a catalog that the message asks about.
#[derive(Serialize, ToSchema)]
pub struct MessageProduct {
    /// Meta's id.
    catalog: String,
    /// The shop's own number.
    product: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageForwarded {
    Once,
    /// More than five times.
    Often,
}

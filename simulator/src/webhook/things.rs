//! What customers send besides text, and what they do to messages, as Meta's webhooks carry it.

use serde::Deserialize;
use serde_json::{Value, json};

/// Something to send; samples, so that every kind can be seen in the inbox.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Thing {
    Photo,
    Voice,
    Video,
    Document,
    Sticker,
    Location,
    Contact,
    Order,
    /// A kind that nobody knows.
    Poll,
}

impl Thing {
    /// The type and the bytes of its file.
    pub const fn sample(self) -> Option<(&'static str, &'static [u8])> {
        Some(match self {
            Self::Photo => ("image/jpeg", include_bytes!("../samples/photo.jpg")),
            Self::Voice => ("audio/ogg; codecs=opus", include_bytes!("../samples/voice.ogg")),
            Self::Video => ("video/mp4", include_bytes!("../samples/video.mp4")),
            Self::Document => ("application/pdf", include_bytes!("../samples/invoice.pdf")),
            Self::Sticker => ("image/webp", include_bytes!("../samples/sticker.webp")),
            Self::Location | Self::Contact | Self::Order | Self::Poll => return None,
        })
    }

    /// Meta's name of the kind, and what stands under that name. `media` is the id of its file, `sha256` its digest.
    pub fn value(self, media: &str, sha256: &str) -> (&'static str, Value) {
        let file = |mime: &str| json!({ "mime_type": mime, "sha256": sha256, "id": media });
        let with = |mime: &str, more: Value| {
            let mut file = file(mime);
            if let (Value::Object(file), Value::Object(more)) = (&mut file, more) {
                file.extend(more);
            }
            file
        };
        match self {
            Self::Photo => ("image", with("image/jpeg", json!({ "caption": "This is how it arrived" }))),
            Self::Voice => ("audio", with("audio/ogg; codecs=opus", json!({ "voice": true }))),
            Self::Video => ("video", file("video/mp4")),
            Self::Document => ("document", with("application/pdf", json!({ "filename": "invoice-1043.pdf" }))),
            Self::Sticker => ("sticker", with("image/webp", json!({ "animated": false }))),
            Self::Location => (
                "location",
                json!({ "latitude": 19.4326, "longitude": -99.1332, "name": "Zócalo", "address": "Centro, Ciudad de México" }),
            ),
            Self::Contact => (
                "contacts",
                json!([{
                    "name": { "first_name": "Lucía", "last_name": "Vega", "formatted_name": "Lucía Vega" },
                    "org": { "company": "Talleres Vega" },
                    "phones": [{ "phone": "+52 55 1234 5678", "wa_id": "5215512345678", "type": "CELL" }],
                }]),
            ),
            Self::Order => (
                "order",
                json!({
                    "catalog_id": "194836987003835",
                    "text": "Before Friday, please",
                    "product_items": [
                        { "product_retailer_id": "mat-blue", "quantity": 2, "item_price": 30, "currency": "USD" },
                        { "product_retailer_id": "lamp-oak", "quantity": 1, "item_price": 54.5, "currency": "USD" },
                    ],
                }),
            ),
            Self::Poll => ("unsupported", json!({ "type": "poll" })),
        }
    }

    /// On the customer's own phone.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Photo => "📷 This is how it arrived",
            Self::Voice => "🎤 Voice message",
            Self::Video => "🎬 Video",
            Self::Document => "📄 invoice-1043.pdf",
            Self::Sticker => "Sticker",
            Self::Location => "📍 Zócalo",
            Self::Contact => "👤 Lucía Vega",
            Self::Order => "🛒 Order, 3 pieces",
            Self::Poll => "📊 Poll",
        }
    }
}

/// What a customer does to a message that is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Mark {
    /// No emoji takes the reaction back.
    React { emoji: String },
    /// The words of their own message as they are from now on.
    Edit { text: String },
    /// Their own message is deleted for everybody.
    Delete,
}

impl Mark {
    /// As [`Thing::value`], about the message `wamid`.
    pub fn value(&self, wamid: &str) -> (&'static str, Value) {
        match self {
            Self::React { emoji } => ("reaction", json!({ "message_id": wamid, "emoji": emoji })),
            Self::Edit { text } => (
                "edit",
                json!({ "original_message_id": wamid, "message": { "type": "text", "text": { "body": text } } }),
            ),
            Self::Delete => ("revoke", json!({ "original_message_id": wamid })),
        }
    }
}

//! The JSON of the webhooks we send, in the member order Meta prints.

use serde::Serialize;
use serde_json::Value;

use crate::config::{Customer, Number};

#[derive(Serialize)]
pub(crate) struct Envelope {
    object: &'static str,
    entry: [Entry; 1],
}

#[derive(Serialize)]
struct Entry {
    id: String,
    changes: [Change; 1],
}

#[derive(Serialize)]
struct Change {
    value: ChangeValue,
    field: &'static str,
}

#[derive(Serialize)]
struct ChangeValue {
    messaging_product: &'static str,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Contact>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<Status>,
}

#[derive(Serialize)]
struct Metadata {
    display_phone_number: String,
    phone_number_id: String,
}

#[derive(Serialize)]
struct Contact {
    profile: Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    wa_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

#[derive(Serialize)]
struct Profile {
    name: String,
}

#[derive(Serialize)]
struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user_id: Option<String>,
    id: String,
    timestamp: String,
    text: Text,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Text {
    body: String,
}

/// One entry of `statuses`.
#[derive(Clone, Serialize)]
pub(crate) struct Status {
    pub id: String,
    pub status: &'static str,
    pub timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_opaque_callback_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Value>,
}

/// Per-message pricing as webhooks of v24 and later show it; no amount is ever sent.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Pricing {
    pub billable: bool,
    pub pricing_model: &'static str,
    pub r#type: &'static str,
    pub category: &'static str,
}

/// A text message from a customer.
pub(crate) fn inbound(number: &Number, from: &Customer, id: &str, at_ms: i64, text: &str) -> Envelope {
    let message = Message {
        from: from.wa_id.clone(),
        from_user_id: from.bsuid.clone(),
        id: id.to_owned(),
        timestamp: seconds(at_ms),
        text: Text { body: text.to_owned() },
        r#type: "text",
    };
    envelope(number, vec![contact(from)], vec![message], Vec::new())
}

/// A status of a message from the business.
pub(crate) fn status(number: &Number, to: &Customer, status: Status) -> Envelope {
    // Contacts stand beside statuses since user ids exist.
    let contacts = if to.bsuid.is_some() { vec![contact(to)] } else { Vec::new() };
    envelope(number, contacts, Vec::new(), vec![status])
}

/// The error of a `failed` status.
pub(crate) fn status_error(code: i64, title: &str, details: &str) -> Value {
    serde_json::json!([{
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": details },
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    }])
}

/// Unix seconds as the string Meta sends.
pub(crate) fn seconds(at_ms: i64) -> String {
    (at_ms / 1_000).to_string()
}

fn contact(who: &Customer) -> Contact {
    Contact { profile: Profile { name: who.name.clone() }, wa_id: who.wa_id.clone(), user_id: who.bsuid.clone() }
}

fn envelope(number: &Number, contacts: Vec<Contact>, messages: Vec<Message>, statuses: Vec<Status>) -> Envelope {
    let value = ChangeValue {
        messaging_product: "whatsapp",
        metadata: Metadata { display_phone_number: number.digits(), phone_number_id: number.phone_number_id.clone() },
        contacts,
        messages,
        statuses,
    };
    Envelope {
        object: "whatsapp_business_account",
        entry: [Entry { id: number.waba_id.clone(), changes: [Change { value, field: "messages" }] }],
    }
}

//! The JSON of the webhooks we send, in the member order Meta prints.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::config::{Customer, Number};
use crate::state::Reply;

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

/// What other fields than `messages` carry.
#[derive(Serialize)]
pub(crate) struct Notice {
    object: &'static str,
    entry: [NoticeEntry; 1],
}

#[derive(Serialize)]
struct NoticeEntry {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    changes: [Value; 1],
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

impl Metadata {
    fn of(number: &Number) -> Self {
        Self { display_phone_number: number.digits(), phone_number_id: number.phone_number_id.clone() }
    }
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
    context: Option<Context>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user_id: Option<String>,
    id: String,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    button: Option<Reply>,
    #[serde(flatten)]
    other: BTreeMap<&'static str, Value>,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Context {
    from: String,
    id: String,
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

/// What a customer sends.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Text(String),
    /// A quick reply below a template.
    Pressed {
        reply: Reply,
        wamid: String,
    },
    /// Text below a message that it answers.
    Answer {
        text: String,
        wamid: String,
    },
    /// A button or a line of a list, of the message `wamid`.
    Chosen {
        value: Value,
        wamid: String,
    },
    /// Any other kind, with what stands under its name.
    Other {
        kind: &'static str,
        value: Value,
    },
}

/// A message from a customer.
pub(crate) fn inbound(number: &Number, from: &Customer, id: &str, at_ms: i64, said: &Said) -> Envelope {
    let words = |text: &String| Some(Text { body: text.clone() });
    let about = |wamid: &String| Some(Context { from: number.digits(), id: wamid.clone() });
    let mut other = BTreeMap::new();
    let (kind, context, text, button) = match said {
        Said::Text(text) => ("text", None, words(text), None),
        Said::Answer { text, wamid } => ("text", about(wamid), words(text), None),
        Said::Pressed { reply, wamid } => ("button", about(wamid), None, Some(reply.clone())),
        Said::Chosen { value, wamid } => {
            other.insert("interactive", value.clone());
            ("interactive", about(wamid), None, None)
        }
        Said::Other { kind, value } => {
            other.insert(*kind, value.clone());
            (*kind, None, None, None)
        }
    };
    let message = Message {
        context,
        from: from.wa_id.clone(),
        from_user_id: from.bsuid.clone(),
        id: id.to_owned(),
        timestamp: seconds(at_ms),
        text,
        button,
        other,
        r#type: kind,
    };
    envelope(number, vec![contact(from)], vec![message], Vec::new())
}

/// `user_preferences`: a customer stops or resumes marketing.
pub(crate) fn preference(number: &Number, who: &Customer, value: &str, at_ms: i64) -> Notice {
    let mut preference = serde_json::json!({
        "detail": format!("User requested to {value} marketing messages"),
        "category": "marketing_messages",
        "value": value,
        "timestamp": at_ms / 1_000,
    });
    for (name, id) in [("wa_id", &who.wa_id), ("user_id", &who.bsuid)] {
        if let Some(id) = id {
            preference[name] = id.clone().into();
        }
    }
    let value = serde_json::json!({
        "messaging_product": "whatsapp",
        "metadata": Metadata::of(number),
        "contacts": [contact(who)],
        "user_preferences": [preference],
    });
    notice(&number.waba_id, None, "user_preferences", &value)
}

/// `account_update`: an account is locked or free again.
pub(crate) fn account_update(waba_id: &str, locked: bool, at_ms: i64) -> Notice {
    let value = serde_json::json!({
        "event": "DISABLED_UPDATE",
        "ban_info": {
            "waba_ban_state": if locked { "DISABLE" } else { "REINSTATE" },
            "waba_ban_date": long_date(at_ms),
        },
    });
    notice(waba_id, Some(at_ms / 1_000), "account_update", &value)
}

fn notice(waba_id: &str, time: Option<i64>, field: &str, value: &Value) -> Notice {
    let changes = [serde_json::json!({ "value": value, "field": field })];
    Notice { object: "whatsapp_business_account", entry: [NoticeEntry { id: waba_id.to_owned(), time, changes }] }
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

/// `November 21, 2026`, in UTC.
fn long_date(at_ms: i64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    // Days of a calendar whose years begin in March, so that the leap day comes last.
    let days = at_ms.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let name = usize::try_from((month + 2) % 12).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
    format!("{name} {of_month}, {}", era * 400 + year + i64::from(month >= 10))
}

/// Unix seconds as the string Meta sends.
pub(crate) fn seconds(at_ms: i64) -> String {
    (at_ms / 1_000).to_string()
}

fn contact(who: &Customer) -> Contact {
    Contact { profile: Profile { name: who.name.clone() }, wa_id: who.wa_id.clone(), user_id: who.bsuid.clone() }
}

fn envelope(number: &Number, contacts: Vec<Contact>, messages: Vec<Message>, statuses: Vec<Status>) -> Envelope {
    let value =
        ChangeValue { messaging_product: "whatsapp", metadata: Metadata::of(number), contacts, messages, statuses };
    Envelope {
        object: "whatsapp_business_account",
        entry: [Entry { id: number.waba_id.clone(), changes: [Change { value, field: "messages" }] }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_meta_prints_them() {
        for (at, expected) in [
            (0, "January 1, 1970"),
            (951_782_400_000, "February 29, 2000"),
            (951_868_800_000, "March 1, 2000"),
            (1_795_219_200_000, "November 21, 2026"),
            (1_798_761_599_999, "December 31, 2026"),
        ] {
            assert_eq!(long_date(at), expected, "{at}");
        }
    }
}

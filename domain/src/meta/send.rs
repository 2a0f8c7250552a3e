//! The requests we send to Graph and the answers we read.
//!
//! Source: Cloud API reference, `POST /{phone-number-id}/messages`.

use crate::message::{Kind, Template};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// `+` and digits. Without the `+` Meta would prefix the sender's country code.
    To(String),
    /// A business-scoped user id.
    Recipient(String),
}

/// The body of `POST /{phone-number-id}/messages`.
///
/// `callback` is our message id: it comes back in every status webhook. `None` for a template whose `payload` does not
/// say which one it is, and for kinds that are never sent.
pub fn request(kind: Kind, body: &str, payload: Option<&str>, to: &Recipient, callback: &str) -> Option<Value> {
    let (name, content) = match kind {
        Kind::Text => ("text", json!({ "body": body, "preview_url": true })),
        Kind::Template => ("template", template(&serde_json::from_str(payload?).ok()?)),
        _ => return None,
    };
    let (field, to) = match to {
        Recipient::To(phone) => ("to", phone),
        Recipient::Recipient(user) => ("recipient", user),
    };
    Some(json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: to,
        "type": name,
        name: content,
        "biz_opaque_callback_data": callback,
    }))
}

fn template(template: &Template) -> Value {
    let Template { name, language, components, .. } = template;
    let mut content = json!({ "name": name, "language": { "code": language } });
    if !components.is_empty() {
        content["components"] = json!(components);
    }
    content
}

/// The answer to an accepted message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    #[serde(default)]
    pub messages: Vec<AcceptedMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AcceptedMessage {
    /// The wamid.
    pub id: String,
}

/// Meta's error envelope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Failure {
    pub error: GraphError,
}

/// Stands where Meta gave no code: 0 is one of its codes.
pub const UNKNOWN_CODE: i64 = -1;

/// Decide on `code` and `details`; never parse `message`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GraphError {
    pub code: i64,
    pub message: String,
    pub error_data: Option<ErrorData>,
    pub is_transient: bool,
    pub fbtrace_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ErrorData {
    pub details: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_to_whom_and_which() {
        let to = Recipient::To("+4915112345678".into());
        assert_eq!(
            request(Kind::Text, "Hi", None, &to, "id"),
            Some(json!({
                "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+4915112345678", "type": "text",
                "text": { "body": "Hi", "preview_url": true }, "biz_opaque_callback_data": "id",
            }))
        );
    }

    #[test]
    fn a_template_goes_by_name_with_its_values() {
        let to = Recipient::Recipient("DE.1".into());
        let payload = r#"{"name":"hi","language":"de","category":"utility","components":[{"type":"body"}]}"#;
        let made = request(Kind::Template, "Hallo", Some(payload), &to, "id").unwrap_or_default();
        assert_eq!(
            made["template"],
            json!({ "name": "hi", "language": { "code": "de" }, "components": [{ "type": "body" }] })
        );
        assert_eq!((&made["recipient"], &made["to"], &made["text"]), (&json!("DE.1"), &Value::Null, &Value::Null));
        let bare = r#"{"name":"hi","language":"de","category":"utility"}"#;
        let made = request(Kind::Template, "", Some(bare), &to, "id").unwrap_or_default();
        assert_eq!(made["template"], json!({ "name": "hi", "language": { "code": "de" } }));
        for broken in [None, Some("{}")] {
            assert_eq!(request(Kind::Template, "", broken, &to, "id"), None);
        }
        assert_eq!(request(Kind::Unsupported, "", None, &to, "id"), None);
    }
}

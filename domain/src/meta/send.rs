//! The requests we send to Graph and the answers we read.
//!
//! Source: Cloud API reference, `POST /{phone-number-id}/messages`.

use crate::{
    content::{Card, CardPhone, Content, File, Line, Menu, Place, Reacts, Section},
    message::{Kind, Template},
};
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
///
/// `quoted` is the wamid of the message that it answers.
pub fn request(
    kind: Kind,
    body: &str,
    payload: Option<&str>,
    quoted: Option<&str>,
    to: &Recipient,
    callback: &str,
) -> Option<Value> {
    let content = match (kind, Content::parse(kind, payload)) {
        (Kind::Text, _) => json!({ "body": body, "preview_url": true }),
        (Kind::Template, Content::Template(made)) => template(&made),
        (_, Content::Media(made)) => file(kind, made, body)?,
        (Kind::Location, Content::Location(place)) => location(&place),
        (Kind::Contacts, Content::Contacts(made)) => made.iter().map(card).collect(),
        (Kind::Interactive, Content::Menu(menu)) => interactive(&menu, body),
        (Kind::Reaction, Content::Reacts(Reacts { to, emoji, .. })) => {
            json!({ "message_id": to, "emoji": emoji.unwrap_or_default() })
        }
        _ => return None,
    };
    let name = kind.as_str();
    let (field, to) = match to {
        Recipient::To(phone) => ("to", phone),
        Recipient::Recipient(user) => ("recipient", user),
    };
    let mut request = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: to,
        "type": name,
        name: content,
        "biz_opaque_callback_data": callback,
    });
    if let Some(quoted) = quoted {
        request["context"] = json!({ "message_id": quoted });
    }
    Some(request)
}

/// The body that tells Meta that a customer's message, and all before it, was read; `typing`: and that somebody is about to
/// answer. Source: Cloud API, "mark messages as read", "typing indicators".
pub fn read_receipt(wamid: &str, typing: bool) -> Value {
    let mut told = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": wamid });
    if typing {
        told["typing_indicator"] = json!({ "type": "text" });
    }
    told
}

/// A caption where Meta takes one, a name where it is shown.
fn file(kind: Kind, file: File, caption: &str) -> Option<Value> {
    let mut made = json!({ "id": file.meta? });
    if !caption.is_empty() && matches!(kind, Kind::Image | Kind::Video | Kind::Document) {
        made["caption"] = caption.into();
    }
    if let Some(name) = file.name.filter(|_| kind == Kind::Document) {
        made["filename"] = name.into();
    }
    if file.voice && kind == Kind::Audio {
        made["voice"] = true.into();
    }
    Some(made)
}

fn location(Place { latitude, longitude, name, address, .. }: &Place) -> Value {
    let mut made = json!({ "latitude": latitude.to_string(), "longitude": longitude.to_string() });
    for (field, text) in [("name", name), ("address", address)] {
        if let Some(text) = text {
            made[field] = text.as_str().into();
        }
    }
    made
}

fn card(Card { name, org, phones, emails, urls, .. }: &Card) -> Value {
    let first = name.split_whitespace().next().unwrap_or(name);
    let mut made = json!({ "name": { "formatted_name": name, "first_name": first } });
    if let Some(company) = org {
        made["org"] = json!({ "company": company });
    }
    if !phones.is_empty() {
        let phone = |CardPhone { phone, wa_id, label }: &CardPhone| json!({ "phone": phone, "wa_id": wa_id, "type": label.as_deref().unwrap_or("MOBILE") });
        made["phones"] = phones.iter().map(phone).collect();
    }
    if !emails.is_empty() {
        made["emails"] = emails.iter().map(|email| json!({ "email": email, "type": "WORK" })).collect();
    }
    if !urls.is_empty() {
        made["urls"] = urls.iter().map(|url| json!({ "url": url, "type": "WORK" })).collect();
    }
    made
}

fn interactive(menu: &Menu, body: &str) -> Value {
    let (name, header, footer, action) = match menu {
        Menu::Buttons { header, footer, buttons } => {
            let button =
                |(id, title): &(String, String)| json!({ "type": "reply", "reply": { "id": id, "title": title } });
            ("button", header, footer, json!({ "buttons": buttons.iter().map(button).collect::<Value>() }))
        }
        Menu::List { header, footer, button, sections } => {
            let line = |Line { id, title, description }: &Line| match description {
                Some(description) => json!({ "id": id, "title": title, "description": description }),
                None => json!({ "id": id, "title": title }),
            };
            let section = |Section { title, lines }: &Section| {
                let mut made = json!({ "rows": lines.iter().map(line).collect::<Value>() });
                if !title.is_empty() {
                    made["title"] = title.as_str().into();
                }
                made
            };
            let sections: Value = sections.iter().map(section).collect();
            ("list", header, footer, json!({ "button": button, "sections": sections }))
        }
    };
    let mut made = json!({ "type": name, "body": { "text": body }, "action": action });
    if let Some(text) = header {
        made["header"] = json!({ "type": "text", "text": text });
    }
    if let Some(text) = footer {
        made["footer"] = json!({ "text": text });
    }
    made
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
    use uuid::Uuid;

    #[test]
    fn a_text_says_to_whom_and_which() {
        let to = Recipient::To("+4915112345678".into());
        assert_eq!(
            request(Kind::Text, "Hi", None, None, &to, "id"),
            Some(json!({
                "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+4915112345678", "type": "text",
                "text": { "body": "Hi", "preview_url": true }, "biz_opaque_callback_data": "id",
            }))
        );
    }

    #[test]
    fn every_kind_is_written_as_meta_reads_it() {
        let to = Recipient::To("+49".into());
        let made = |kind: Kind, body: &str, payload: &str| {
            request(kind, body, Some(payload), Some("wamid.q"), &to, "id").map(|made| {
                assert_eq!(
                    (&made["context"], &made["type"]),
                    (&json!({ "message_id": "wamid.q" }), &json!(kind.as_str()))
                );
                made[kind.as_str()].clone()
            })
        };
        for (kind, body, payload, wanted) in [
            (Kind::Image, "Look", r#"{"meta":"7"}"#, json!({ "id": "7", "caption": "Look" })),
            (Kind::Audio, "", r#"{"meta":"7","voice":true}"#, json!({ "id": "7", "voice": true })),
            (Kind::Sticker, "never", r#"{"meta":"7"}"#, json!({ "id": "7" })),
            (Kind::Document, "", r#"{"meta":"7","name":"a.pdf"}"#, json!({ "id": "7", "filename": "a.pdf" })),
            (
                Kind::Location,
                "",
                r#"{"latitude":1.5,"longitude":-2.0,"name":"Here"}"#,
                json!({ "latitude": "1.5", "longitude": "-2", "name": "Here" }),
            ),
            (
                Kind::Contacts,
                "",
                r#"[{"name":"Ana K","phones":[{"phone":"+49","wa_id":"49"}]}]"#,
                json!([{ "name": { "formatted_name": "Ana K", "first_name": "Ana" },
                    "phones": [{ "phone": "+49", "wa_id": "49", "type": "MOBILE" }] }]),
            ),
            (
                Kind::Interactive,
                "Shall we?",
                r#"{"menu":"buttons","footer":"f","buttons":[["y","Yes"]]}"#,
                json!({ "type": "button", "body": { "text": "Shall we?" }, "footer": { "text": "f" },
                    "action": { "buttons": [{ "type": "reply", "reply": { "id": "y", "title": "Yes" } }] } }),
            ),
            (
                Kind::Interactive,
                "How?",
                r#"{"menu":"list","button":"Choose","sections":[{"lines":[{"id":"x","title":"Express","description":"1 day"}]}]}"#,
                json!({ "type": "list", "body": { "text": "How?" }, "action": { "button": "Choose",
                    "sections": [{ "rows": [{ "id": "x", "title": "Express", "description": "1 day" }] }] } }),
            ),
        ] {
            assert_eq!(made(kind, body, payload), Some(wanted));
        }
        let to_message = Uuid::nil();
        for (emoji, wanted) in [(r#","emoji":"👍""#, "👍"), ("", "")] {
            let payload = format!(r#"{{"to":"wamid.asked","message":"{to_message}"{emoji}}}"#);
            let made = request(Kind::Reaction, "", Some(&payload), None, &to, "id").unwrap_or_default();
            assert_eq!(made["reaction"], json!({ "message_id": "wamid.asked", "emoji": wanted }));
        }
        // A file that was never handed in, and what a customer chose, are nothing that is sent.
        assert_eq!(made(Kind::Image, "", "{}"), None);
        assert_eq!(made(Kind::Interactive, "", r#"{"title":"Yes","from":"button_reply"}"#), None);
    }

    #[test]
    fn a_template_goes_by_name_with_its_values() {
        let to = Recipient::Recipient("DE.1".into());
        let payload = r#"{"name":"hi","language":"de","category":"utility","components":[{"type":"body"}]}"#;
        let made = request(Kind::Template, "Hallo", Some(payload), None, &to, "id").unwrap_or_default();
        assert_eq!(
            made["template"],
            json!({ "name": "hi", "language": { "code": "de" }, "components": [{ "type": "body" }] })
        );
        assert_eq!((&made["recipient"], &made["to"], &made["text"]), (&json!("DE.1"), &Value::Null, &Value::Null));
        let bare = r#"{"name":"hi","language":"de","category":"utility"}"#;
        let made = request(Kind::Template, "", Some(bare), None, &to, "id").unwrap_or_default();
        assert_eq!(made["template"], json!({ "name": "hi", "language": { "code": "de" } }));
        for broken in [None, Some("{}")] {
            assert_eq!(request(Kind::Template, "", broken, None, &to, "id"), None);
        }
        assert_eq!(request(Kind::Unsupported, "", None, None, &to, "id"), None);
    }
}

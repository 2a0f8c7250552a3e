use super::{Intent, Source, Words, read};
use crate::{message::Kind, meta::webhook::Inbound};
use serde_json::Value;

/// What a tap stands for. On a template's quick reply that is its payload: its title, unless whoever sent it chose
/// another. On a button or in a list of an interactive message it is the id alone: the words on it are about what is
/// asked there, and "Cancel" below an appointment cancels the appointment.
fn tapped<'a>(name: &str, raw: &'a Value) -> Option<&'a str> {
    let places: &[&str] = match name {
        "button" => &["/button/payload", "/button/text"],
        "interactive" => &["/interactive/button_reply/id", "/interactive/list_reply/id"],
        _ => &[],
    };
    let mut said = places.iter().filter_map(|place| raw.pointer(place)?.as_str());
    said.find(|said| !said.trim().is_empty())
}

/// What a customer's message asks for, how we know, and in which words.
pub fn heard(message: &Inbound, words: &Words) -> Option<(Intent, Source, String)> {
    if message.kind == Kind::Text {
        return read(&message.text, words).map(|intent| (intent, Source::Keyword, message.text.clone()));
    }
    let name = match message.kind {
        // What is not understood as a whole may still say what was tapped.
        Kind::Unsupported => message.text.as_str(),
        kind => kind.as_str(),
    };
    let raw: Value = serde_json::from_str(message.raw.as_deref()?).ok()?;
    let said = tapped(name, &raw)?;
    read(said, words).map(|intent| (intent, Source::Button, said.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        content::{Content, Extras},
        message::{Direction, Origin, Status},
        meta::webhook::Sender,
    };
    use serde_json::json;

    fn message(kind: &str, raw: &Value) -> Inbound {
        let (kind, text, raw) = match kind {
            "text" => (Kind::Text, raw.as_str().unwrap_or_default().to_owned(), None),
            kind => (Kind::Unsupported, kind.to_owned(), Some(raw.to_string())),
        };
        let (content, extras) = (Content::None, Extras::default());
        Inbound {
            wamid: "w".to_owned(),
            sender: Sender::default(),
            direction: Direction::In,
            origin: Origin::Api,
            status: Status::Received,
            at: 0,
            kind,
            text,
            content,
            media: None,
            extras,
            quoted: None,
            raw,
        }
    }

    #[test]
    fn texts_and_quick_replies_count() {
        let stop = Some(Intent::Stop);
        for (kind, raw, intent) in [
            ("text", json!("STOP"), stop),
            ("text", json!("button"), None),
            ("button", json!({"button": {"payload": "Unsubscribe", "text": "Not for me"}}), stop),
            // Meta's payload of a quick reply is its title, unless the sender chose one.
            ("button", json!({"button": {"payload": "Stop promotions", "text": "Stop promotions"}}), stop),
            ("button", json!({"button": {"payload": "cb_17", "text": "Stop promotions"}}), None),
            ("button", json!({"button": {"payload": "cancel_visit_17", "text": "Cancel"}}), None),
            ("button", json!({"button": {"payload": "cb_17", "text": "Yes, please"}}), None),
            ("button", json!({"button": {"text": "START"}}), Some(Intent::Start)),
            ("button", json!({"button": {"payload": " ", "text": "Stop"}}), stop),
            ("interactive", json!({"interactive": {"button_reply": {"id": "STOP", "title": "No more"}}}), stop),
            (
                "interactive",
                json!({"interactive": {"button_reply": {"id": "start", "title": "Again"}}}),
                Some(Intent::Start),
            ),
            ("interactive", json!({"interactive": {"button_reply": {"id": "2", "title": "Cancel"}}}), None),
            ("interactive", json!({"interactive": {"button_reply": {"title": "STOP"}}}), None),
            ("interactive", json!({"interactive": {"list_reply": {"id": "unsubscribe", "title": "3"}}}), stop),
            ("interactive", json!({"interactive": {"list_reply": {"id": "3", "title": "Unsubscribe"}}}), None),
            ("interactive", json!({"interactive": {"nfm_reply": {"name": "STOP"}}}), None),
            ("image", json!({"image": {"caption": "STOP"}}), None),
            ("button", json!("STOP"), None),
        ] {
            let mut message = message(kind, &raw);
            let found = heard(&message, &Words::default());
            assert_eq!(found.as_ref().map(|(intent, ..)| *intent), intent, "{raw}");
            if kind != "text" {
                // Understood, it says the same.
                message.kind = Kind::parse(kind);
                assert_eq!(heard(&message, &Words::default()), found);
            }
            if let Some((_, source, said)) = found {
                assert_eq!(source == Source::Keyword, kind == "text");
                assert!(raw.to_string().contains(&said));
            }
        }
    }
}

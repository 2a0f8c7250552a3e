use super::{Intent, Source, Words, read};
use crate::{message::Kind, meta::webhook::Inbound};
use serde_json::Value;

/// Where a quick reply says what it stands for, and then what was written on it.
const BUTTONS: [(&str, &[&str]); 2] = [
    ("button", &["/button/payload", "/button/text"]),
    (
        "interactive",
        &[
            "/interactive/button_reply/id",
            "/interactive/button_reply/title",
            "/interactive/list_reply/id",
            "/interactive/list_reply/title",
        ],
    ),
];

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
    let (_, places) = BUTTONS.iter().find(|(kind, _)| *kind == name)?;
    let raw: Value = serde_json::from_str(message.raw.as_deref()?).ok()?;
    places.iter().find_map(|place| {
        let said = raw.pointer(place)?.as_str()?;
        read(said, words).map(|intent| (intent, Source::Button, said.to_owned()))
    })
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
            ("button", json!({"button": {"payload": "cb_17", "text": "Stop promotions"}}), stop),
            ("button", json!({"button": {"payload": "cb_17", "text": "Yes, please"}}), None),
            ("button", json!({"button": {"text": "START"}}), Some(Intent::Start)),
            ("interactive", json!({"interactive": {"button_reply": {"id": "STOP", "title": "No more"}}}), stop),
            ("interactive", json!({"interactive": {"list_reply": {"id": "3", "title": "Unsubscribe"}}}), stop),
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

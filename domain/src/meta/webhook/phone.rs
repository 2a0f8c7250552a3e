//! What comes from the WhatsApp Business app of a number that is used there and here: what was written on the phone, and what
//! was written before the number was connected. Source: Meta's pages on onboarding users of the app.

use super::{
    Change, MetaMedia, Sender, mark,
    read::{Held, array, exchanged, held, id_text, known, other},
};
use crate::{
    content::Content,
    message::{Direction, Kind, Origin, Status},
    text::digits,
    time::Millis,
};
use serde_json::Value;

/// Meta's name for a message of the history whose file comes in a delivery of its own, if ever.
pub const PLACEHOLDER: &str = "media_placeholder";

/// How a file is kept that came before its message.
pub const FILE: &str = "history/media";

/// The business does not share its history.
pub const DECLINED: &str = "history/declined";

/// What a message of the history holds, whose place in the thread came without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub wamid: String,
    pub kind: Kind,
    pub text: String,
    pub content: Content,
    pub media: Option<MetaMedia>,
}

/// A file as it is kept under [`FILE`]; `None` where it is none.
pub fn file(raw: &str) -> Option<File> {
    let element: Value = serde_json::from_str(raw).ok()?;
    let Held { kind, text, content, media, .. } = held(&element);
    let understood = matches!(content, Content::Media(_));
    Some(File { wamid: element.get("id").and_then(id_text)?, kind, text, content, media }).filter(|_| understood)
}

/// What the business wrote on its phone, and what it did there to its own messages.
pub(super) fn echoes(mut out: Change, value: &Value, received: Millis) -> Change {
    let contacts = array(value, "contacts");
    for element in array(value, "message_echoes") {
        if let Some(marked) = mark::read(element, Direction::Out, received) {
            out.marks.push(marked);
            continue;
        }
        let get = |key: &str| element.get(key).and_then(id_text);
        let to = Sender { wa_id: get("to"), user_id: get("to_user_id"), ..Sender::default() };
        // Without a word to whom it went there is no thread to put it into.
        let addressed = to.wa_id.is_some() || to.user_id.is_some();
        let to = known(to, contacts).filter(|_| addressed);
        let how = (Direction::Out, Origin::Phone, Status::Sent);
        match to.and_then(|to| exchanged(element, to, how, received)) {
            Some(message) => out.messages.push(message),
            None => out.others.push(other("smb_message_echoes/incomplete", element)),
        }
    }
    if !value.get("message_echoes").is_some_and(Value::is_array) {
        out.others.push(other("smb_message_echoes/other", value));
    }
    out
}

/// Threads from before, the files of their messages, or the word that there will be none.
pub(super) fn history(mut out: Change, value: &Value, received: Millis) -> Change {
    let contacts = array(value, "contacts");
    for element in array(value, "history") {
        for thread in array(element, "threads") {
            for message in array(thread, "messages") {
                old(&mut out, thread, message, contacts, received);
            }
        }
        for error in array(element, "errors") {
            out.others.push(other(DECLINED, error));
        }
    }
    for element in array(value, "messages") {
        let understood = file(&element.to_string()).is_some();
        out.others.push(other(if understood { FILE } else { "history/incomplete" }, element));
    }
    if !["history", "messages"].iter().any(|name| value.get(name).is_some_and(Value::is_array)) {
        out.others.push(other("history/other", value));
    }
    out
}

fn old(out: &mut Change, thread: &Value, message: &Value, contacts: &[Value], received: Millis) {
    let get = |from: &Value, key: &str| from.get(key).and_then(id_text);
    let Some(id) = get(thread, "id") else {
        out.others.push(other("history/incomplete", message));
        return;
    };
    let customer = match digits(&id).filter(|digits| digits.len() == id.trim_start_matches('+').len()) {
        Some(digits) => Sender { wa_id: Some(digits), ..Sender::default() },
        None => Sender { user_id: Some(id), ..Sender::default() },
    };
    let wrote = |key: &str, id: &Option<String>| id.is_some() && get(message, key) == *id;
    let theirs = wrote("from", &customer.wa_id) || wrote("from_user_id", &customer.user_id);
    let direction = if theirs { Direction::In } else { Direction::Out };
    if let Some(marked) = mark::read(message, direction, received) {
        out.marks.push(marked);
        return;
    }
    let status = if theirs { Status::Received } else { stage(message) };
    // One contact beside many threads is not the customer of each.
    let same = |key: &str, id: &Option<String>, contact: &Value| id.is_some() && get(contact, key) == *id;
    let own = |contact: &&Value| same("wa_id", &customer.wa_id, contact) || same("user_id", &customer.user_id, contact);
    let beside: Vec<Value> = contacts.iter().filter(own).cloned().collect();
    let customer = known(customer, &beside);
    match customer.and_then(|customer| exchanged(message, customer, (direction, Origin::History, status), received)) {
        Some(message) => out.messages.push(message),
        None => out.others.push(other("history/incomplete", message)),
    }
}

/// How far a message of the business had come.
fn stage(message: &Value) -> Status {
    match message.pointer("/history_context/status").and_then(Value::as_str).unwrap_or_default() {
        "READ" | "PLAYED" => Status::Read,
        "DELIVERED" => Status::Delivered,
        "PENDING" => Status::Accepted,
        "ERROR" => Status::Failed,
        _ => Status::Sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::webhook::{Inbound, Mark, read};
    use serde_json::json;

    const NOW: Millis = 1_763_683_200_000;

    fn change(field: &str, value: &Value) -> Change {
        let body = json!({ "entry": [{ "id": "1", "changes": [{ "field": field, "value": value }] }] });
        read(body.to_string().as_bytes(), NOW).unwrap().changes.remove(0)
    }

    fn who(message: &Inbound) -> (Direction, Origin, Status, Option<&str>, Option<&str>) {
        let Inbound { direction, origin, status, sender, .. } = message;
        (*direction, *origin, *status, sender.wa_id.as_deref(), sender.user_id.as_deref())
    }

    #[test]
    fn what_was_written_on_the_phone_went_to_its_addressee() {
        let found = change(
            "smb_message_echoes",
            &json!({ "metadata": { "phone_number_id": "77" },
                "contacts": [{ "wa_id": "4915", "user_id": "DE.9", "profile": { "name": "Ana" } }],
                "message_echoes": [
                    { "from": "49800", "to": "4915", "id": "w1", "timestamp": "1763683100", "type": "text", "text": { "body": "Hi" } },
                    { "from": "49800", "to_user_id": "DE.9", "id": "w2", "type": "image", "image": { "id": "1", "caption": "Look" } },
                    { "from": "49800", "to": "4915", "id": "w3", "type": "edit", "edit": { "original_message_id": "w1",
                        "message": { "type": "text", "text": { "body": "Hello" } } } },
                    { "from": "49800", "to": "4915", "id": "w4", "type": "revoke", "revoke": { "original_message_id": "w2" } },
                    { "from": "49800", "id": "w5", "type": "text", "text": { "body": "to whom?" } },
                    { "to": "4915" }, 7] }),
        );
        assert_eq!(found.phone_number_id.as_deref(), Some("77"));
        let out = (Direction::Out, Origin::Phone, Status::Sent, Some("4915"), Some("DE.9"));
        assert_eq!(found.messages.iter().map(who).collect::<Vec<_>>(), [out, out]);
        assert_eq!((found.messages[0].text.as_str(), found.messages[0].at), ("Hi", 1_763_683_100_000));
        assert_eq!((found.messages[1].kind, found.messages[1].media.is_some()), (Kind::Image, true));
        assert!(found.marks.iter().all(|mark| mark.direction == Direction::Out));
        assert_eq!(found.marks[0].mark, Mark::Edit { text: "Hello".to_owned() });
        assert_eq!((&found.marks[1].mark, found.marks[1].target.as_str()), (&Mark::Revoke, "w2"));
        assert_eq!(found.others.len(), 3);
        assert_eq!(change("smb_message_echoes", &json!({})).others.len(), 1);
    }

    #[test]
    fn a_thread_from_before_has_two_sides() {
        let message = |from: &str, id: &str, status: &str| {
            json!({ "from": from, "id": id, "timestamp": "1763600000",
            "type": "text", "text": { "body": id }, "history_context": { "status": status } })
        };
        let threads = json!([
            { "id": "4915112345678", "messages": [message("49800", "w1", "READ"), message("4915112345678", "w2", "READ"),
                message("49800", "w3", "ERROR"), message("49800", "w4", "PENDING"), message("49800", "w5", "?"),
                { "from": "49800", "id": "w6", "type": "media_placeholder", "history_context": { "status": "PLAYED" } },
                { "from": "49800" }] },
            { "id": "US.13491208655302741918", "messages": [{ "from_user_id": "US.13491208655302741918", "id": "w7",
                "type": "text", "text": { "body": "x" } }] },
            { "messages": [message("1", "w8", "READ")] }]);
        let value = json!({ "history": [{ "metadata": { "phase": 0 }, "threads": threads }] });
        let found = change("history", &value);
        let ana = |direction, status| (direction, Origin::History, status, Some("4915112345678"), None);
        let sheena = (Direction::In, Origin::History, Status::Received, None, Some("US.13491208655302741918"));
        assert_eq!(
            found.messages.iter().map(who).collect::<Vec<_>>(),
            [
                ana(Direction::Out, Status::Read),
                ana(Direction::In, Status::Received),
                ana(Direction::Out, Status::Failed),
                ana(Direction::Out, Status::Accepted),
                ana(Direction::Out, Status::Sent),
                ana(Direction::Out, Status::Read),
                sheena
            ]
        );
        assert_eq!((found.messages[5].kind, found.messages[5].text.as_str()), (Kind::Unsupported, PLACEHOLDER));
        assert!(found.others.iter().all(|other| other.what == "history/incomplete") && found.others.len() == 2);
    }

    #[test]
    fn files_from_before_and_none_at_all() {
        let image =
            json!({ "from": "1", "id": "w", "type": "image", "image": { "id": "5", "mime_type": "image/jpeg" } });
        let found =
            change("history", &json!({ "messages": [image, { "id": "v", "type": "text", "text": { "body": "x" } }] }));
        let what: Vec<&str> = found.others.iter().map(|other| other.what.as_str()).collect();
        assert_eq!((what, found.messages.len()), (vec![FILE, "history/incomplete"], 0));
        let read = file(&found.others[0].raw).unwrap();
        assert_eq!((read.wamid.as_str(), read.kind, read.media.unwrap().id.as_str()), ("w", Kind::Image, "5"));
        let declined = change("history", &json!({ "history": [{ "errors": [{ "code": 2_593_109 }] }] }));
        assert_eq!((declined.others[0].what.as_str(), declined.others.len()), (DECLINED, 1));
        assert_eq!(change("history", &json!({ "history": 7 })).others[0].what, "history/other");
    }
}

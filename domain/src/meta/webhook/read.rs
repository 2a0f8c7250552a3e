use super::{
    Change, Delivery, ID_LIMIT, Inbound, MetaMedia, Other, Sender, StatusUpdate, Unreadable, content, context, mark,
    media, people, phone,
};
use crate::{
    contact,
    content::Content,
    message::{Direction, Kind, Origin, Status},
    meta::{codes::explain, send::UNKNOWN_CODE},
    text::storable,
    time::{DAY, Millis},
};
use serde_json::Value;

/// Characters of a name, a title or an address; Meta's own limits are below.
const SHORT: usize = 300;

/// Reads a body that was received at `received`.
///
/// # Errors
/// When it is not JSON or has no `entry` array; trying again cannot help.
pub fn read(body: &[u8], received: Millis) -> Result<Delivery, Unreadable> {
    let json: Value = match serde_json::from_slice(body) {
        Ok(json) => json,
        // Half an emoji in somebody's name must not cost the other updates of the delivery.
        Err(e) => serde_json::from_str(&mended(body)).map_err(|_| Unreadable::NotJson(e.to_string()))?,
    };
    let entries = json
        .as_object()
        .ok_or(Unreadable::NotAnEnvelope("it is not an object"))?
        .get("entry")
        .and_then(Value::as_array)
        .ok_or(Unreadable::NotAnEnvelope("it has no entry array"))?;
    let mut changes = Vec::new();
    for entry in entries {
        let waba_id = entry.get("id").and_then(id_text).unwrap_or_default();
        match entry.get("changes").and_then(Value::as_array) {
            Some(list) => changes.extend(list.iter().map(|one| change(&waba_id, one, received))),
            None => changes.push(odd_entry(waba_id, entry)),
        }
    }
    Ok(Delivery { changes })
}

/// The body with what is not Unicode replaced: bytes that are no UTF-8, and escaped surrogates without their other half.
fn mended(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |s: &str| s.strip_prefix("\\u").and_then(|s| u16::from_str_radix(s.get(..4)?, 16).ok());
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            // `\\` and its like: two characters that belong together.
            (None, _) => escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end),
        };
        out.push_str(&escape[..taken]);
        rest = &escape[taken..];
    }
    out.push_str(rest);
    out
}

fn odd_entry(waba_id: String, entry: &Value) -> Change {
    let others = vec![other("entry/without_changes", entry)];
    Change {
        waba_id,
        phone_number_id: None,
        field: String::new(),
        messages: vec![],
        marks: vec![],
        statuses: vec![],
        others,
    }
}

fn change(waba_id: &str, change: &Value, received: Millis) -> Change {
    let field = change.get("field").and_then(Value::as_str).map(storable).unwrap_or_default();
    let value = change.get("value").unwrap_or(&Value::Null);
    let phone_number_id = value.pointer("/metadata/phone_number_id").and_then(id_text);
    // Of some news about an account the entry names the business that it belongs to.
    let waba_id = value.pointer("/waba_info/waba_id").and_then(id_text).unwrap_or_else(|| waba_id.to_owned());
    let mut out =
        Change { waba_id, phone_number_id, field, messages: vec![], marks: vec![], statuses: vec![], others: vec![] };
    match out.field.as_str() {
        "messages" => {}
        "smb_message_echoes" => return phone::echoes(out, value, received),
        "history" => return phone::history(out, value, received),
        "smb_app_state_sync" => {
            out.others = people::pieces(value).iter().map(|piece| other("smb_app_state_sync", piece)).collect();
            return out;
        }
        "" => {
            out.others.push(other("change/without_field", value));
            return out;
        }
        field => {
            let kept = other(field, value);
            out.others.push(kept);
            return out;
        }
    }
    let contacts = array(value, "contacts");
    for element in array(value, "messages") {
        if let Some(marked) = mark::read(element, Direction::In, received) {
            out.marks.push(marked);
            continue;
        }
        match message(element, contacts, received) {
            Ok(message) => out.messages.push(message),
            Err(why) => out.others.push(other(why, element)),
        }
    }
    for element in array(value, "statuses") {
        match status(element, received) {
            Ok(status) => out.statuses.push(status),
            Err(why) => out.others.push(other(why, element)),
        }
    }
    for element in array(value, "errors") {
        out.others.push(other("messages/errors", element));
    }
    let named = ["messages", "statuses", "errors"];
    if !named.iter().any(|name| value.get(name).is_some_and(Value::is_array)) {
        out.others.push(other("messages/other", value));
    }
    out
}

fn message(element: &Value, contacts: &[Value], received: Millis) -> Result<Inbound, &'static str> {
    element.get("id").and_then(id_text).ok_or("messages/without_id")?;
    let sender = sender(element, contacts).ok_or("messages/without_sender")?;
    exchanged(element, sender, (Direction::In, Origin::Api, Status::Received), received).ok_or("messages/without_id")
}

/// A message that was exchanged with `sender`, by either side; `None` without an id.
pub(super) fn exchanged(
    element: &Value,
    mut sender: Sender,
    (direction, origin, status): (Direction, Origin, Status),
    received: Millis,
) -> Option<Inbound> {
    let wamid = element.get("id").and_then(id_text)?;
    let at = time(element.get("timestamp"), received);
    let (mut extras, quoted) = context::read(element);
    if let Some(group) = &extras.group {
        // What is said in a group is a conversation of its own: an answer in its author's chat would reach one of many.
        if direction == Direction::In {
            let phone = sender.wa_id.map(|digits| format!("+{digits}"));
            extras.author = [sender.profile_name, phone, sender.user_id].into_iter().flatten().next();
        }
        let (user_id, name) = (contact::of_group(group), "WhatsApp group".to_owned());
        sender = Sender { user_id: Some(user_id), profile_name: Some(name), ..Sender::default() };
    }
    let Held { kind, text, content, media, raw } = held(element);
    Some(Inbound { wamid, sender, direction, origin, status, at, kind, text, content, media, extras, quoted, raw })
}

/// What a message is made of.
pub(super) struct Held {
    pub kind: Kind,
    pub text: String,
    pub content: Content,
    pub media: Option<MetaMedia>,
    pub raw: Option<String>,
}

pub(super) fn held(element: &Value) -> Held {
    let name = element.get("type").and_then(Value::as_str).unwrap_or("unknown");
    let text = element.pointer("/text/body").and_then(Value::as_str).filter(|_| name == "text");
    if let Some(text) = text {
        return Held { kind: Kind::Text, text: storable(text), content: Content::None, media: None, raw: None };
    }
    let (kind, text, content) = content::read(name, element).unwrap_or_else(|| {
        // Of what Meta itself does not pass on, it says at least what it was.
        let inner = element.pointer("/unsupported/type").and_then(Value::as_str);
        let what = inner.filter(|what| name == "unsupported" && !what.is_empty()).unwrap_or(name);
        (Kind::Unsupported, crate::text::preview(&storable(what), 64), Content::None)
    });
    let media = if matches!(content, Content::Media(_)) { media::read(name, element) } else { None };
    Held { kind, text, content, media, raw: Some(raw(element)) }
}

fn sender(element: &Value, contacts: &[Value]) -> Option<Sender> {
    let get = |key: &str| element.get(key).and_then(id_text);
    known(Sender { wa_id: get("from"), user_id: get("from_user_id"), ..Sender::default() }, contacts)
}

/// The customer with these ids, and what the contacts beside the message tell of them.
pub(super) fn known(mut sender: Sender, contacts: &[Value]) -> Option<Sender> {
    let get = |from: &Value, key: &str| from.get(key).and_then(id_text);
    let contact = contacts
        .iter()
        .find(|c| sender.user_id.is_some() && get(c, "user_id") == sender.user_id)
        .or_else(|| contacts.iter().find(|c| sender.wa_id.is_some() && get(c, "wa_id") == sender.wa_id))
        .or(if contacts.len() == 1 { contacts.first() } else { None });
    if let Some(contact) = contact {
        let same_phone =
            get(contact, "wa_id").is_none() || sender.wa_id.is_none() || get(contact, "wa_id") == sender.wa_id;
        // What the contact adds is taken only where it does not speak of somebody else.
        if same_phone {
            sender.wa_id = sender.wa_id.or_else(|| get(contact, "wa_id"));
            sender.user_id = sender.user_id.or_else(|| get(contact, "user_id"));
        }
        let name = contact.pointer("/profile/name").and_then(Value::as_str);
        sender.profile_name = name.map(|n| crate::text::preview(&storable(n), 200)).filter(|n| !n.is_empty());
        let username = contact.pointer("/profile/username").and_then(Value::as_str);
        sender.username = username.and_then(|name| short(name.trim_start_matches('@')));
    }
    (sender.wa_id.is_some() || sender.user_id.is_some()).then_some(sender)
}

fn status(element: &Value, received: Millis) -> Result<StatusUpdate, &'static str> {
    let wamid = element.get("id").and_then(id_text).ok_or("statuses/without_id")?;
    let word = element.get("status").and_then(Value::as_str).unwrap_or_default();
    let status = Status::from_meta(word).ok_or("statuses/unknown_status")?;
    let error = element.pointer("/errors/0").map(|error| {
        let code = error.get("code").and_then(Value::as_i64).unwrap_or(UNKNOWN_CODE);
        let details = error.pointer("/error_data/details").or_else(|| error.get("title")).and_then(Value::as_str);
        (code, storable(&explain(code, details)))
    });
    let callback = element.get("biz_opaque_callback_data").and_then(Value::as_str).map(storable);
    let error =
        (status == Status::Failed).then(|| error.unwrap_or_else(|| (UNKNOWN_CODE, explain(UNKNOWN_CODE, None))));
    Ok(StatusUpdate { wamid, status, at: time(element.get("timestamp"), received), callback, error })
}

/// Meta's seconds (a string, sometimes a number) as milliseconds. What lies before 2009 or more than a day ahead is not
/// believed: such a message would be sorted out of sight.
pub(super) fn time(value: Option<&Value>, received: Millis) -> Millis {
    const FIRST: Millis = 1_230_768_000_000;
    let seconds = value.and_then(|v| v.as_i64().or_else(|| v.as_str()?.trim().parse().ok()));
    seconds
        .and_then(|s: i64| s.checked_mul(1_000))
        .filter(|at| (FIRST..=received.saturating_add(DAY)).contains(at))
        .unwrap_or(received)
}

/// An id as text; numbers are accepted, empty and oversized ones are not.
pub(super) fn id_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => storable(s),
        Value::Number(n) => n.to_string(),
        _ => return None,
    };
    (1..=ID_LIMIT).contains(&text.len()).then_some(text)
}

/// One line of words, without what cannot be stored; `None` when nothing is left.
pub(super) fn short(s: &str) -> Option<String> {
    Some(crate::text::preview(&storable(s), SHORT)).filter(|s| !s.is_empty())
}

pub(super) fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn other(what: &str, value: &Value) -> Other {
    Other { what: crate::text::preview(&storable(what), 100), raw: raw(value) }
}

/// The element as JSON text. An escaped U+0000 stays escaped, so the text is storable.
fn raw(value: &Value) -> String {
    value.to_string()
}

//! What deliveries tell of people without a message of theirs.

use super::{
    Inbound, Sender,
    read::{array, id_text, short, time},
};
use crate::{
    contact,
    content::{Content, Notice, NoticeKind},
    message::{Direction, Origin},
    text::digits,
    time::Millis,
};
use serde_json::{Value, json};

/// Entries of the phone's address book that are kept and applied together.
const TOGETHER: usize = 50;

/// How the business itself calls a customer in the address book of its phone, or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// By one id; the name is [`Sender::profile_name`].
    pub sender: Sender,
    /// Meta's time, or the time of receipt where Meta's makes no sense: the newest name counts.
    pub at: Millis,
}

/// Meta gave a customer another user id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    pub wa_id: Option<String>,
    pub previous: Option<String>,
    pub current: String,
}

/// A synchronised address book in pieces: it may have thousands of entries.
pub(super) fn pieces(value: &Value) -> Vec<Value> {
    let all = array(value, "state_sync");
    if all.is_empty() {
        return vec![value.clone()];
    }
    all.chunks(TOGETHER).map(|some| json!({ "state_sync": some })).collect()
}

/// The names in a change of field `what`, kept as it came. What was taken out of the address book keeps its name here.
/// Source: Cloud API webhooks reference, `smb_app_state_sync` and `group_lifecycle_update`.
pub fn named(what: &str, raw: &str, received: Millis) -> Vec<Named> {
    if !matches!(what, "smb_app_state_sync" | "group_lifecycle_update" | "group_settings_update") {
        return Vec::new();
    }
    let Ok(value) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    let word = |of: &Value, path: &str| of.pointer(path).and_then(Value::as_str).and_then(short);
    let entry = |one: &Value| {
        let known = one.get("type").and_then(Value::as_str) == Some("contact")
            && matches!(one.get("action").and_then(Value::as_str), Some("add" | "edit"));
        let wa_id = one.pointer("/contact/phone_number").and_then(id_text).and_then(|phone| digits(&phone));
        let name = word(one, "/contact/full_name").or_else(|| word(one, "/contact/first_name"))?;
        let sender = Sender { wa_id: Some(wa_id?), profile_name: Some(name), ..Sender::default() };
        Some(Named { sender, at: time(one.pointer("/metadata/timestamp"), received) }).filter(|_| known)
    };
    let group = |one: &Value| {
        let id = one.get("group_id").and_then(id_text)?;
        let refused = one.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
        let name = word(one, "/subject").or_else(|| word(one, "/group_subject/text"))?;
        let sender = Sender { user_id: Some(contact::of_group(&id)), profile_name: Some(name), ..Sender::default() };
        Some(Named { sender, at: time(one.get("timestamp"), received) }).filter(|_| !refused)
    };
    let entries = array(&value, "state_sync").iter().filter_map(entry);
    entries.chain(array(&value, "groups").iter().filter_map(group)).collect()
}

/// The ids that a customer has from now on, where WhatsApp says so in their chat.
pub fn moved(message: &Inbound) -> Option<Sender> {
    let Content::System(Notice { what: NoticeKind::NumberChanged | NoticeKind::UserIdChanged, .. }) = &message.content
    else {
        return None;
    };
    // What is long past has been overtaken.
    if (message.direction, message.origin) != (Direction::In, Origin::Api) {
        return None;
    }
    let raw: Value = serde_json::from_str(message.raw.as_deref()?).ok()?;
    let get = |keys: &[&str]| keys.iter().find_map(|key| raw.get("system")?.get(key).and_then(id_text));
    let new = Sender { wa_id: get(&["wa_id", "new_wa_id"]), user_id: get(&["user_id"]), ..Sender::default() };
    (new.wa_id.is_some() || new.user_id.is_some()).then_some(new)
}

/// The user ids in the value of a `user_id_update` change.
pub fn renewed(raw: &str) -> Vec<Renewed> {
    let Ok(value) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    let one = |one: &Value| {
        let get = |path: &str| one.pointer(path).and_then(id_text);
        let current = get("/user_id/current")?;
        Some(Renewed { wa_id: get("/wa_id"), previous: get("/user_id/previous"), current })
    };
    array(&value, "user_id_update").iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_780_000_000_000;

    #[test]
    fn the_address_book_names_people() {
        let entry = |kind: &str, action: &str, contact: Value| json!({ "type": kind, "action": action, "contact": contact, "metadata": { "timestamp": "1739321024" } });
        let ana = json!({ "full_name": "Ana Kovač", "first_name": "Ana", "phone_number": "+49 151 12345678" });
        let value = json!({ "state_sync": [
            entry("contact", "add", ana.clone()), entry("contact", "remove", ana.clone()), entry("label", "add", ana),
            entry("contact", "edit", json!({ "first_name": "Ben", "phone_number": "4915100000000" })),
            entry("contact", "add", json!({ "full_name": " ", "phone_number": "4915100000001" })),
            entry("contact", "add", json!({ "full_name": "No number" })), 7] });
        let found = named("smb_app_state_sync", &value.to_string(), NOW);
        let read = |one: &Named| (one.sender.wa_id.clone().unwrap(), one.sender.profile_name.clone().unwrap(), one.at);
        let own = |phone: &str, name: &str| (phone.to_owned(), name.to_owned(), 1_739_321_024_000);
        assert_eq!(
            found.iter().map(read).collect::<Vec<_>>(),
            [own("4915112345678", "Ana Kovač"), own("4915100000000", "Ben")]
        );
        assert!(named("account_update", &value.to_string(), NOW).is_empty());
        let many: Vec<Value> = (0..120).map(|_| json!({})).collect();
        let counts: Vec<usize> =
            pieces(&json!({ "state_sync": many })).iter().map(|piece| array(piece, "state_sync").len()).collect();
        assert_eq!(counts, [50, 50, 20]);
        assert_eq!(pieces(&json!({ "odd": 1 })), [json!({ "odd": 1 })]);
    }

    #[test]
    fn a_group_has_a_subject() {
        let value = json!({ "groups": [
            { "group_id": "G1", "type": "group_create", "subject": "Vega", "timestamp": "1739321024" },
            { "group_id": "G2", "type": "group_create", "subject": "Refused", "errors": [{ "code": 1 }] },
            { "group_id": "G3", "type": "group_delete" }] });
        let found = named("group_lifecycle_update", &value.to_string(), NOW);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].sender.user_id.as_deref(), Some("group/G1"));
        assert!(contact::is_group(found[0].sender.user_id.as_deref()) && !contact::is_group(Some("US.1")));
    }

    #[test]
    fn user_ids_are_made_anew() {
        let value = json!({ "user_id_update": [
            { "wa_id": "16505551234", "user_id": { "previous": "US.1", "current": "US.2" } }, { "user_id": {} }] });
        let wanted = Renewed {
            wa_id: Some("16505551234".to_owned()),
            previous: Some("US.1".to_owned()),
            current: "US.2".to_owned(),
        };
        assert_eq!(renewed(&value.to_string()), [wanted]);
        assert!(renewed("[]").is_empty() && renewed("x").is_empty());
    }
}

use super::{
    Sender,
    read::{array, id_text, time},
};
use crate::{opt_out::What, text::storable, time::Millis};
use serde_json::Value;

/// A customer set in WhatsApp whether they want a business's marketing messages.
/// Source: Cloud API webhooks reference, `user_preferences`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    pub sender: Sender,
    /// `stop` opts out; `resume` and `signup` (by a link of the business's) opt in.
    pub what: What,
    /// Meta's time, or the time of receipt where Meta's makes no sense.
    pub at: Millis,
    /// What tells it from every other one of this customer.
    pub proof: String,
    /// In Meta's words.
    pub detail: String,
}

/// The preferences in the value of a `user_preferences` change that was received at `received` and is known by `key`. What
/// has another value or nobody in it is left out; the change is kept as it came.
pub fn preferences(raw: &str, received: Millis, key: &str) -> Vec<Preference> {
    let Ok(value) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    let contacts = array(&value, "contacts");
    let all = array(&value, "user_preferences").iter().enumerate();
    all.filter_map(|(nth, element)| one(element, contacts, received, &format!("{key}/{nth}"))).collect()
}

fn one(element: &Value, contacts: &[Value], received: Millis, key: &str) -> Option<Preference> {
    let word = element.get("value").and_then(Value::as_str)?;
    let what = match word {
        "stop" => What::OptedOut,
        "resume" | "signup" => What::OptedIn,
        _ => return None,
    };
    let get = |from: &Value, field: &str| from.get(field).and_then(id_text);
    let (wa_id, user_id) = (get(element, "wa_id"), get(element, "user_id"));
    // The contact beside it may be somebody else; in Meta's own samples it is.
    let same = |contact: &&Value| {
        (user_id.is_some() && get(contact, "user_id") == user_id) || (wa_id.is_some() && get(contact, "wa_id") == wa_id)
    };
    let contact = contacts.iter().find(same);
    let name = contact.and_then(|contact| contact.pointer("/profile/name")).and_then(Value::as_str);
    let sender = Sender {
        profile_name: name.map(|name| crate::text::preview(&storable(name), 200)).filter(|name| !name.is_empty()),
        wa_id: wa_id.clone().or_else(|| contact.and_then(|contact| get(contact, "wa_id"))),
        user_id: user_id.clone().or_else(|| contact.and_then(|contact| get(contact, "user_id"))),
        username: None,
    };
    if sender.wa_id.is_none() && sender.user_id.is_none() {
        return None;
    }
    // Meta's own time tells a repetition also where the body around it is another.
    let proof = match element.get("timestamp").and_then(id_text) {
        Some(time) => format!("preference/{word}/{time}"),
        None => format!("preference/{word}/{key}"),
    };
    let detail = element.get("detail").and_then(Value::as_str).unwrap_or(word);
    let at = time(element.get("timestamp"), received);
    Some(Preference { sender, what, at, proof, detail: crate::text::preview(&storable(detail), 200) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Millis = 1_780_000_000_000;

    #[test]
    fn metas_three_words() {
        let with = |value: &str| {
            json!({
                "contacts": [{ "profile": { "name": "Somebody" }, "wa_id": "972987654321", "user_id": "US.9" }],
                "user_preferences": [{
                    "wa_id": "16505551234", "detail": "User requested to stop marketing messages",
                    "category": "marketing_messages", "value": value, "timestamp": 1_731_705_721
                }]
            })
            .to_string()
        };
        for (word, what) in [("stop", What::OptedOut), ("resume", What::OptedIn), ("signup", What::OptedIn)] {
            let found = preferences(&with(word), NOW, "k");
            let sender = Sender { wa_id: Some("16505551234".to_owned()), ..Sender::default() };
            assert_eq!((found[0].what, found[0].at, &found[0].sender), (what, 1_731_705_721_000, &sender));
            assert_eq!(found[0].proof, format!("preference/{word}/1731705721"));
        }
        assert!(preferences(&with("think_about_it"), NOW, "k").is_empty());
    }

    #[test]
    fn a_user_without_a_number() {
        let raw = json!({
            "contacts": [{ "profile": { "name": "Pablo M." }, "user_id": "US.1", "wa_id": "16505551234" }],
            "user_preferences": [{ "user_id": "US.1", "value": "stop" }, { "value": "stop" }, 7]
        });
        let found = preferences(&raw.to_string(), NOW, "k/2");
        assert_eq!(found.len(), 1);
        let Sender { wa_id, user_id, profile_name, .. } = &found[0].sender;
        assert_eq!(wa_id.as_deref(), Some("16505551234"));
        assert_eq!((user_id.as_deref(), profile_name.as_deref()), (Some("US.1"), Some("Pablo M.")));
        assert_eq!(
            (found[0].at, found[0].proof.as_str(), found[0].detail.as_str()),
            (NOW, "preference/stop/k/2/0", "stop")
        );
        for odd in ["", "7", "{}", r#"{"user_preferences":{}}"#] {
            assert!(preferences(odd, NOW, "k").is_empty(), "{odd}");
        }
    }
}

use super::*;
use proptest::prelude::*;

const NOW: Millis = 1_763_683_200_000;

fn body(value: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{value}}}]}}]}}"#
    )
}

fn one(value: &str) -> Change {
    read(body(value).as_bytes(), NOW).unwrap().changes.remove(0)
}

#[test]
fn a_text_by_phone_number() {
    let change = one(r#"{"messaging_product":"whatsapp","metadata":{"phone_number_id":"77"},
        "contacts":[{"profile":{"name":"Ana\u0000"},"wa_id":"4915","user_id":"DE.9"}],
        "messages":[{"from":"4915","id":"wamid.1","timestamp":"1763683100","type":"text","text":{"body":"h\u00e9\u0000llo"}}]}"#);
    assert_eq!(change.phone_number_id.as_deref(), Some("77"));
    assert_eq!(
        change.messages,
        [Inbound {
            wamid: "wamid.1".into(),
            sender: Sender {
                wa_id: Some("4915".into()),
                user_id: Some("DE.9".into()),
                profile_name: Some("Ana".into())
            },
            at: 1_763_683_100_000,
            kind: Kind::Text,
            text: "héllo".into(),
            raw: None,
        }]
    );
}

#[test]
fn a_sender_without_a_phone_number() {
    let change = one(r#"{"contacts":[{"profile":{"name":"Sheena"},"user_id":"US.1"}],
        "messages":[{"from_user_id":"US.1","id":"w","timestamp":1763683100,"type":"text","text":{"body":"x"}}]}"#);
    assert_eq!(change.messages[0].sender.wa_id, None);
    assert_eq!(change.messages[0].sender.user_id.as_deref(), Some("US.1"));
}

#[test]
fn two_contacts_are_not_mixed_up() {
    let change =
        one(r#"{"contacts":[{"profile":{"name":"A"},"wa_id":"11111"},{"profile":{"name":"B"},"wa_id":"22222"}],
        "messages":[{"from":"22222","id":"w","timestamp":"1763683100","type":"text","text":{"body":"x"}}]}"#);
    assert_eq!(change.messages[0].sender.profile_name.as_deref(), Some("B"));
}

#[test]
fn other_kinds_are_kept_raw() {
    let change =
        one(r#"{"messages":[{"from":"11111","id":"w","timestamp":"x","type":"sticker","sticker":{"id":"5"}}]}"#);
    let message = &change.messages[0];
    assert_eq!((message.kind, message.text.as_str(), message.at), (Kind::Unsupported, "sticker", NOW));
    assert!(message.raw.as_deref().is_some_and(|raw| raw.contains(r#""id":"5""#)));
}

#[test]
fn a_failed_status_says_why() {
    let change =
        one(r#"{"statuses":[{"id":"w","status":"failed","timestamp":"1763683100","biz_opaque_callback_data":"cb",
        "errors":[{"code":131026,"title":"t","error_data":{"details":"d"}}]}]}"#);
    let status = &change.statuses[0];
    assert_eq!((status.status, status.callback.as_deref()), (Status::Failed, Some("cb")));
    assert_eq!(status.error.as_ref().map(|e| e.0), Some(131_026));
}

#[test]
fn unknown_things_are_counted_not_refused() {
    let change = one(
        r#"{"messages":[{"type":"text"},{"id":"w"},5],"statuses":[{"id":"w","status":"warning"},{}],"errors":[{"code":1}]}"#,
    );
    let what: Vec<_> = change.others.iter().map(|o| o.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "messages/without_id",
            "messages/without_sender",
            "messages/without_id",
            "statuses/unknown_status",
            "statuses/without_id",
            "messages/errors"
        ]
    );
}

#[test]
fn a_time_nobody_believes_is_the_time_of_receipt() {
    for stamp in [r#""0""#, r#""99999999999""#, "-5", "9223372036854775807", "null", r#""soon""#] {
        let change = one(&format!(r#"{{"messages":[{{"from":"11111","id":"w","timestamp":{stamp},"type":"x"}}]}}"#));
        assert_eq!(change.messages[0].at, NOW, "{stamp}");
    }
}

#[test]
fn half_a_character_costs_only_itself() {
    let change = one(r#"{"contacts":[{"profile":{"name":"A\ud83d"},"wa_id":"11111"}],"messages":[
        {"from":"11111","id":"w","type":"text","text":{"body":"\\\\ud83d \ud83d\ude4f \ude4f"}}]}"#);
    let message = &change.messages[0];
    assert_eq!(message.sender.profile_name.as_deref(), Some("A\u{fffd}"));
    assert_eq!(message.text, "\\\\ud83d \u{1f64f} \u{fffd}");
    let mut bytes = body(r#"{"messages":[{"from":"11111","id":"w","type":"text","text":{"body":"X"}}]}"#).into_bytes();
    let at = bytes.iter().position(|b| *b == b'X').unwrap();
    bytes[at] = 0xff;
    assert_eq!(read(&bytes, NOW).unwrap().changes[0].messages[0].text, "\u{fffd}");
}

#[test]
fn what_is_no_envelope_is_refused() {
    assert!(matches!(read(b"\xff", NOW), Err(Unreadable::NotJson(_))));
    assert!(matches!(read(b"[]", NOW), Err(Unreadable::NotAnEnvelope(_))));
    assert!(matches!(read(b"{}", NOW), Err(Unreadable::NotAnEnvelope(_))));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\u{0}é]{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("messages"),
        Just("statuses"),
        Just("contacts"),
        Just("id"),
        Just("from"),
        Just("type"),
        Just("text"),
        Just("body"),
        Just("metadata"),
        Just("timestamp"),
        Just("errors"),
        Just("profile"),
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::from_iter(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)))),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, NOW);
    }

    /// Every element of `messages` and `statuses` comes out as a message, a status or an other: nothing is lost.
    #[test]
    fn every_element_is_accounted_for(value in json()) {
        let count = |key: &str| value.get(key).and_then(|v| v.as_array()).map_or(0, Vec::len);
        let change = read(body(&value.to_string()).as_bytes(), NOW).unwrap().changes.remove(0);
        let wanted = count("messages") + count("statuses") + count("errors");
        let got = change.messages.len() + change.statuses.len() + change.others.len();
        prop_assert!(got >= wanted.max(usize::from(wanted == 0)) || got == wanted, "{got} of {wanted}");
        for message in &change.messages {
            prop_assert!(!message.text.contains('\0') && !message.wamid.contains('\0'));
        }
    }
}

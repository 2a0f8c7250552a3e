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
        "contacts":[{"profile":{"name":"Ana\u0000","username":"@ana.k"},"wa_id":"4915","user_id":"DE.9"}],
        "messages":[{"from":"4915","id":"wamid.1","timestamp":"1763683100","type":"text","text":{"body":"h\u00e9\u0000llo"}}]}"#);
    assert_eq!(change.phone_number_id.as_deref(), Some("77"));
    assert_eq!(
        change.messages,
        [Inbound {
            wamid: "wamid.1".into(),
            sender: Sender {
                wa_id: Some("4915".into()),
                user_id: Some("DE.9".into()),
                profile_name: Some("Ana".into()),
                username: Some("ana.k".into()),
            },
            direction: Direction::In,
            origin: Origin::Api,
            status: Status::Received,
            at: 1_763_683_100_000,
            kind: Kind::Text,
            text: "héllo".into(),
            content: Content::None,
            media: None,
            extras: Extras::default(),
            quoted: None,
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
        one(r#"{"messages":[{"from":"11111","id":"w","timestamp":"x","type":"hologram","hologram":{"id":"5"}}]}"#);
    let message = &change.messages[0];
    assert_eq!((message.kind, message.text.as_str(), message.at), (Kind::Unsupported, "hologram", NOW));
    assert!(message.raw.as_deref().is_some_and(|raw| raw.contains(r#""id":"5""#)));
}

/// One message of a kind, with what is in it.
fn inbound(kind: &str, value: &serde_json::Value) -> Inbound {
    let message = serde_json::json!({"from": "11111", "id": "w", "type": kind, kind: value});
    one(&serde_json::json!({ "messages": [message] }).to_string()).messages.remove(0)
}

#[test]
fn every_kind_that_is_understood() {
    use crate::content::*;
    use serde_json::json;
    let tapped = |title: &str, payload: &str, description: Option<&str>, from| {
        let description = description.map(str::to_owned);
        Content::Tapped(Tapped { title: title.to_owned(), description, payload: Some(payload.to_owned()), from })
    };
    let file = |name: Option<&str>, voice, animated| {
        Content::Media(File { name: name.map(str::to_owned), voice, animated, ..File::default() })
    };
    let mut place = Place::at(37.442_215, -122.161_659_2).unwrap();
    (place.name, place.address) = (Some("Philz".to_owned()), Some("101 Forest Ave".to_owned()));
    place.url = Some("https://philz.example/".to_owned());
    let card = json!({"name": {"first_name": "Barbara", "last_name": "Johnson"}, "org": {"company": "Tsunami"},
        "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14155550829", "type": "MOBILE"}, {"wa_id": "49151"}, {}],
        "emails": [{"email": "b@example.com"}], "urls": [{"url": "https://b.example"}], "birthday": "1990-01-01"});
    let barbara = Card {
        name: "Barbara Johnson".to_owned(),
        org: Some("Tsunami".to_owned()),
        phones: vec![
            CardPhone {
                phone: "+1 (415) 555-0829".to_owned(),
                wa_id: Some("14155550829".to_owned()),
                label: Some("MOBILE".to_owned()),
            },
            CardPhone { phone: "+49151".to_owned(), wa_id: Some("49151".to_owned()), label: None },
        ],
        emails: vec!["b@example.com".to_owned()],
        urls: vec!["https://b.example".to_owned()],
        raw: card.clone(),
    };
    let answers = json!({"flow_token": "t", "rating": 4, "sizes": ["S", "M"], "who": {"name": "Ana", "skip": null}});
    let form = Form {
        name: Some("flow".to_owned()),
        body: "Sent".to_owned(),
        answers: [("rating", "4"), ("sizes", "S, M"), ("who.name", "Ana")]
            .map(|(field, said)| (field.to_owned(), said.to_owned()))
            .to_vec(),
    };
    let order = Order {
        catalog: "194".to_owned(),
        text: Some("Love these!".to_owned()),
        items: vec![OrderItem {
            product: "di9".to_owned(),
            quantity: "2".to_owned(),
            price: Some("30.5".to_owned()),
            currency: Some("USD".to_owned()),
        }],
    };
    let notice = |what, body: &str, new: Option<&str>| {
        Content::System(Notice { what, body: body.to_owned(), new: new.map(str::to_owned) })
    };
    for (kind, value, text, content) in [
        ("image", json!({"id": "1", "caption": "Look\u{0}!"}), "Look!", file(None, false, false)),
        ("audio", json!({"id": 1, "voice": true}), "", file(None, true, false)),
        ("video", json!({"id": "1"}), "", file(None, false, false)),
        (
            "document",
            json!({"id": "1", "caption": "mine", "filename": "a.pdf"}),
            "mine",
            file(Some("a.pdf"), false, false),
        ),
        ("sticker", json!({"id": "1", "animated": true}), "", file(None, false, true)),
        (
            "location",
            json!({"latitude": 37.442_214_965_82, "longitude": "-122.16165924072", "name": "Philz",
                "address": "101 Forest Ave", "url": "https://philz.example/"}),
            "Philz, 101 Forest Ave",
            Content::Location(place),
        ),
        ("contacts", json!([card]), "Barbara Johnson", Content::Contacts(vec![barbara])),
        (
            "button",
            json!({"payload": "STOP", "text": "No more"}),
            "No more",
            tapped("No more", "STOP", None, TappedFrom::Button),
        ),
        (
            "interactive",
            json!({"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}),
            "Yes",
            tapped("Yes", "y", None, TappedFrom::ButtonReply),
        ),
        (
            "interactive",
            json!({"type": "list_reply", "list_reply": {"id": "x", "title": "Express", "description": "1 day"}}),
            "Express",
            tapped("Express", "x", Some("1 day"), TappedFrom::ListReply),
        ),
        (
            "interactive",
            json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": answers.to_string()}}),
            "Sent",
            Content::Form(form),
        ),
        (
            "order",
            json!({"catalog_id": "194", "text": "Love these!", "product_items": [
                {"product_retailer_id": "di9", "quantity": 2, "item_price": 30.5, "currency": "USD"}, {"quantity": 1}]}),
            "Love these!",
            Content::Order(order),
        ),
        (
            "system",
            json!({"type": "user_changed_number", "body": "A changed", "wa_id": "4915"}),
            "A changed",
            notice(NoticeKind::NumberChanged, "A changed", Some("4915")),
        ),
        (
            "system",
            json!({"type": "user_changed_user_id", "user_id": "US.2"}),
            "user changed user id",
            notice(NoticeKind::UserIdChanged, "user changed user id", Some("US.2")),
        ),
        (
            "system",
            json!({"type": "moon_landed", "body": "It did"}),
            "It did",
            notice(NoticeKind::Other("moon_landed".to_owned()), "It did", None),
        ),
    ] {
        let message = inbound(kind, &value);
        assert_eq!((message.kind.as_str(), message.text.as_str(), &message.content), (kind, text, &content));
        assert!(message.raw.is_some_and(|raw| raw.contains(kind)));
    }
}

#[test]
fn what_has_not_the_shape_of_its_kind_is_named_and_kept() {
    use serde_json::json;
    for (kind, value, name) in [
        ("image", json!({"caption": "no id"}), "image"),
        ("location", json!({"latitude": 91, "longitude": 0}), "location"),
        ("contacts", json!([]), "contacts"),
        ("button", json!({"payload": "x"}), "button"),
        ("interactive", json!({"type": "call_permission_reply", "call_permission_reply": {}}), "interactive"),
        ("order", json!({"product_items": []}), "order"),
        ("system", json!("moved"), "system"),
        ("reaction", json!({"emoji": "👍"}), "reaction"),
        ("edit", json!({"original_message_id": "w0"}), "edit"),
        ("revoke", json!("w0"), "revoke"),
        ("template", json!({"name": "x"}), "template"),
        ("unsupported", json!({"type": "poll"}), "poll"),
        ("unsupported", json!({}), "unsupported"),
        ("text", json!({"body": 5}), "text"),
    ] {
        let message = inbound(kind, &value);
        assert_eq!((message.kind, message.text.as_str(), &message.content), (Kind::Unsupported, name, &Content::None));
        assert!(message.raw.is_some());
    }
}

#[test]
fn what_is_done_to_a_message_is_none_itself() {
    use serde_json::json;
    let caption = json!({"type": "image", "image": {"id": "1", "caption": "new"}});
    for (kind, value, mark) in [
        ("reaction", json!({"message_id": "w0", "emoji": " 👍 "}), Mark::React { emoji: Some("👍".to_owned()) }),
        ("reaction", json!({"message_id": "w0", "emoji": ""}), Mark::React { emoji: None }),
        ("reaction", json!({"message_id": "w0"}), Mark::React { emoji: None }),
        ("edit", json!({"original_message_id": "w0", "message": caption}), Mark::Edit { text: "new".to_owned() }),
        ("revoke", json!({"original_message_id": "w0"}), Mark::Revoke),
    ] {
        for (group, author) in [(None, ""), (Some("G"), "US.1")] {
            let message = json!({"from": "11111", "from_user_id": "US.1", "id": "w", "type": kind, kind: value,
                "timestamp": "1763683100", "group_id": group});
            let change = one(&json!({ "messages": [message] }).to_string());
            assert!(change.messages.is_empty() && change.others.is_empty());
            let Marked { wamid, target, direction, author: who, at, mark: found, raw } = &change.marks[0];
            assert_eq!(*direction, Direction::In);
            assert_eq!((wamid.as_str(), target.as_str(), who.as_str(), *at), ("w", "w0", author, 1_763_683_100_000));
            assert_eq!(found, &mark);
            assert!(raw.contains(kind));
        }
    }
}

#[test]
fn what_a_message_tells_of_itself() {
    use crate::content::{Forwarded, Product, Referral};
    let change = one(r#"{"messages":[{"from":"11111","id":"w","type":"text","text":{"body":"x"},"group_id":"G1",
        "context":{"from":"2","id":"w0","forwarded":true,"referred_product":{"catalog_id":"C","product_retailer_id":"P"}},
        "referral":{"source_url":"https://fb.me/x","source_id":"12","source_type":"ad","headline":"Sale","body":"Half","ctwa_clid":"k"}},
        {"from":"11111","id":"v","type":"text","text":{"body":"x"},"context":{"frequently_forwarded":true},"referral":{}}]}"#);
    let own = |s: &str| Some(s.to_owned());
    let extras = Extras {
        forwarded: Some(Forwarded::Once),
        referral: Some(Referral {
            source: own("ad"),
            id: own("12"),
            url: own("https://fb.me/x"),
            headline: own("Sale"),
            body: own("Half"),
            click: own("k"),
        }),
        product: Some(Product { catalog: "C".to_owned(), product: "P".to_owned() }),
        group: own("G1"),
        author: own("+11111"),
        ..Extras::default()
    };
    assert_eq!((&change.messages[0].extras, &change.messages[0].quoted), (&extras, &own("w0")));
    let often = Extras { forwarded: Some(Forwarded::Often), ..Extras::default() };
    assert_eq!((&change.messages[1].extras, &change.messages[1].quoted), (&often, &None));
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
        prop_oneof![Just("contacts"), Just("interactive"), Just("order"), Just("location"), Just("system")]
            .prop_map(Value::from),
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
        Just("contacts"),
        Just("interactive"),
        Just("order"),
        Just("location"),
        Just("latitude"),
        Just("system"),
        Just("context"),
        Just("referral"),
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
        let got = change.messages.len() + change.marks.len() + change.statuses.len() + change.others.len();
        prop_assert!(got >= wanted.max(usize::from(wanted == 0)) || got == wanted, "{got} of {wanted}");
        for message in &change.messages {
            prop_assert!(!message.text.contains('\0') && !message.wamid.contains('\0'));
        }
    }
}

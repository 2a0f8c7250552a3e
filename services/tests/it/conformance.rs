//! Every request that our Graph client can emit, held against Meta's own description of the API, where that is at hand.

use domain::{
    message::Kind,
    meta::send::{Recipient, request},
    template::{Content, Values, components, slots, text},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const FILE: &str = "../../shared/meta/openapi/business-messaging-api_v23.0.patched.yaml";
const POINTER: &str =
    "/paths/~1{Version}~1{Phone-Number-ID}~1messages/post/requestBody/content/application~1json/schema";

/// The schema of the body of `POST /{phone-number-id}/messages`, with all that it refers to.
fn validator() -> Option<jsonschema::Validator> {
    let path = crate::support::crate_folder().join(FILE);
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: conformance, because Meta's OpenAPI description is not here");
        return None;
    };
    let document: Value = serde_yaml_ng::from_str(&text).unwrap();
    let schema = document.pointer(POINTER).expect("the messages operation").clone();
    let whole = json!({"allOf": [schema], "components": document["components"]});
    Some(jsonschema::draft202012::new(&whole).unwrap())
}

fn errors(validator: &jsonschema::Validator, body: &Value) -> Vec<String> {
    validator.iter_errors(body).map(|error| error.to_string()).collect()
}

#[test]
fn every_request_conforms() {
    let Some(validator) = validator() else { return };
    let to = prop_oneof![
        "\\+[1-9][0-9]{6,14}".prop_map(Recipient::To),
        "[A-Z]{2}\\.[A-Za-z0-9]{1,40}".prop_map(Recipient::Recipient),
    ];
    let body = "[^\u{0}]{1,300}".prop_filter("what the use case lets through", |s: &String| {
        domain::message::outgoing_text(s).is_ok_and(|text| text == *s)
    });
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest::test_runner::TestRunner::new(config)
        .run(&(to, body), |(to, body)| {
            let message = request(Kind::Text, &body, None, None, &to, &services::clock::new_id().to_string()).unwrap();
            let errors = errors(&validator, &message);
            prop_assert!(errors.is_empty(), "{errors:?}");
            Ok(())
        })
        .unwrap();
}

/// Templates with every kind of value that can be filled in.
#[test]
fn every_template_conforms() {
    let Some(validator) = validator() else { return };
    let button = |kind: &str, more: Value| {
        let mut button = json!({ "type": kind, "text": "Go" });
        button.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "type": "BUTTONS", "buttons": [button] })
    };
    for parts in [
        json!([{ "type": "BODY", "text": "Hi" }]),
        json!([{ "type": "HEADER", "format": "TEXT", "text": "Order {{1}}" }, { "type": "BODY", "text": "{{1}} and {{2}}." }]),
        json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "Hi {{first_name}}." }]),
        json!([{ "type": "HEADER", "format": "DOCUMENT" }, { "type": "BODY", "text": "Hi" }]),
        json!([{ "type": "BODY", "text": "Hi" }, button("URL", json!({ "url": "https://a.example/{{1}}" }))]),
        json!([{ "type": "BODY", "text": "Hi" }, button("COPY_CODE", json!({}))]),
        json!([{ "type": "BODY", "text": "{{1}} is your code." }, button("OTP", json!({ "otp_type": "COPY_CODE" }))]),
        json!([{ "type": "BODY", "text": "Hi" }, button("QUICK_REPLY", json!({}))]),
    ] {
        let content = Content::read(&parts);
        let values: Values =
            slots(&content).into_iter().map(|slot| (slot.key, "https://a.example/x".to_owned())).collect();
        let payload = json!({ "name": "hi", "language": "en_US", "category": "utility",
            "components": components(&content, &values) });
        for to in [Recipient::To("+4915112345678".into()), Recipient::Recipient("DE.1".into())] {
            let body = text(&content, &values);
            let made = request(Kind::Template, &body, Some(&payload.to_string()), None, &to, "id").unwrap();
            let errors = errors(&validator, &made);
            assert!(errors.is_empty(), "{parts}: {errors:?}");
        }
    }
}

/// Files, places, cards and choices, each as an answer to a message.
#[test]
fn every_other_kind_conforms() {
    use domain::content;
    let Some(validator) = validator() else { return };
    let file = |name: Option<&str>, voice| {
        let name = name.map(str::to_owned);
        content::Content::Media(content::File {
            meta: Some("1003383421387256".into()),
            name,
            voice,
            ..Default::default()
        })
    };
    let place = content::Place { name: Some("Shop".into()), ..content::Place::at(50.1109, 8.6821).unwrap() };
    let phone = content::CardPhone { phone: "+4915112345678".into(), wa_id: Some("4915112345678".into()), label: None };
    let card = content::Card {
        name: "Ana K".into(),
        org: Some("Vega".into()),
        phones: vec![phone],
        emails: vec!["a@b.example".into()],
        urls: vec!["https://a.example".into()],
        ..Default::default()
    };
    let line = content::Line { id: "x".into(), title: "Express".into(), description: Some("1 day".into()) };
    let sections = vec![content::Section { title: "How".into(), lines: vec![line] }];
    let buttons = vec![("y".to_owned(), "Yes".to_owned())];
    let (header, footer) = (Some("Order".to_owned()), Some("Kaveri".to_owned()));
    let to = Recipient::To("+4915112345678".into());
    for (kind, words, made) in [
        (Kind::Image, "Look", file(None, false)),
        (Kind::Video, "", file(None, false)),
        (Kind::Audio, "", file(None, true)),
        (Kind::Document, "mine", file(Some("invoice.pdf"), false)),
        (Kind::Sticker, "", file(None, false)),
        (Kind::Location, "Shop", content::Content::Location(place)),
        (Kind::Contacts, "Ana K", content::Content::Contacts(vec![card])),
        (
            Kind::Interactive,
            "Shall we?",
            content::Content::Menu(content::Menu::Buttons { header: header.clone(), footer: footer.clone(), buttons }),
        ),
        (
            Kind::Interactive,
            "How?",
            content::Content::Menu(content::Menu::List { header, footer, button: "Choose".into(), sections }),
        ),
    ] {
        let payload = made.stored();
        for quoted in [None, Some("wamid.HBgL")] {
            let body = request(kind, words, payload.as_deref(), quoted, &to, "id").unwrap();
            let errors = errors(&validator, &body);
            assert!(errors.is_empty(), "{body}: {errors:?}");
        }
    }
}

/// Reactions, and what is told of what was read.
#[test]
fn reactions_and_receipts_conform() {
    use domain::{
        content::{Content, Reacts},
        id::MessageId,
        meta::send::read_receipt,
    };
    let Some(validator) = validator() else { return };
    let message = MessageId(services::clock::new_id());
    for emoji in [Some("👍".to_owned()), None] {
        let payload = Content::Reacts(Reacts { to: "wamid.HBgL".into(), message, emoji }).stored();
        let to = Recipient::To("+4915112345678".into());
        let body = request(Kind::Reaction, "", payload.as_deref(), None, &to, "id").unwrap();
        let errors = errors(&validator, &body);
        assert!(errors.is_empty(), "{body}: {errors:?}");
    }
    for typing in [false, true] {
        let body = read_receipt("wamid.HBgL", typing);
        let errors = errors(&validator, &body);
        assert!(errors.is_empty(), "{body}: {errors:?}");
    }
}

/// The check itself can fail.
#[test]
fn what_meta_refuses_does_not_conform() {
    let Some(validator) = validator() else { return };
    let fine = request(Kind::Text, "hi", None, None, &Recipient::To("+4915112345678".into()), "id").unwrap();
    assert!(errors(&validator, &fine).is_empty());
    let spoilt: [fn(&mut Value); 4] = [
        |body| body["messaging_product"] = json!("sms"),
        |body| body["text"]["body"] = json!("x".repeat(4_097)),
        |body| drop(body.as_object_mut().unwrap().remove("to")),
        |body| body["type"] = json!("telegram"),
    ];
    for (nth, spoil) in spoilt.iter().enumerate() {
        let mut body = fine.clone();
        spoil(&mut body);
        assert!(!errors(&validator, &body).is_empty(), "{nth}");
    }
}

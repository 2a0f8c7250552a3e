use super::*;
use proptest::prelude::*;
use serde_json::json;

fn order_update() -> Content {
    Content::read(&json!([
        { "type": "HEADER", "format": "TEXT", "text": "Your order {{1}}" },
        { "type": "BODY", "text": "Hi {{1}}, it reaches {{2}} {{ 3 }}.", "example": { "body_text": [["Meera", "Kochi"]] } },
        { "type": "FOOTER", "text": "Reply STOP to opt out" },
        { "type": "BUTTONS", "buttons": [
            { "type": "QUICK_REPLY", "text": "Thanks" },
            { "type": "URL", "text": "Track", "url": "https://kaveri.example/t/{{1}}" },
            { "type": "PHONE_NUMBER", "text": "Call", "phone_number": "+91" },
            { "type": "COPY_CODE", "text": "Copy offer code" },
        ] },
    ]))
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn positional_variables_header_and_buttons() {
    let content = order_update();
    let keys: Vec<_> = slots(&content).into_iter().map(|slot| slot.key).collect();
    assert_eq!(keys, ["header.1", "body.1", "body.2", "body.3", "button.1", "button.3"]);
    let mut given = values(&[
        ("header.1", "KH-1"),
        ("body.1", "Meera"),
        ("body.3", " today "),
        ("button.1", "KH-1"),
        ("button.3", "TEN"),
    ]);
    assert_eq!(fill(&content, &given).body, "Hi Meera, it reaches {{2}} today.");
    assert_eq!(check(&content, &given), Err(crate::Error::invalid("Variable 2", "Variable 2 is empty")));
    given.insert("body.2".into(), "Kochi".into());
    assert_eq!(check(&content, &given), Ok(()));
    assert_eq!(text(&content, &given), "Your order KH-1\nHi Meera, it reaches Kochi today.\nReply STOP to opt out");
    assert_eq!(
        json!(components(&content, &given)),
        json!([
            { "type": "header", "parameters": [{ "type": "text", "text": "KH-1" }] },
            { "type": "body", "parameters": [
                { "type": "text", "text": "Meera" }, { "type": "text", "text": "Kochi" }, { "type": "text", "text": "today" },
            ] },
            { "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "KH-1" }] },
            { "type": "button", "sub_type": "copy_code", "index": "3",
              "parameters": [{ "type": "coupon_code", "coupon_code": "TEN" }] },
        ])
    );
}

#[test]
fn named_variables_keep_their_names() {
    let content = Content::read(&json!([{
        "type": "body", "text": "Hi {{first_name}}: {{day}}, {{first_name}}!",
        "example": { "body_text_named_params": [
            { "param_name": "day", "example": "Monday" }, { "param_name": "first_name", "example": "Ana" },
        ] },
    }]));
    let found = slots(&content);
    assert_eq!(found[0].label, "First name");
    assert_eq!(found[0].example.as_deref(), Some("Ana"));
    let given = values(&[("body.first_name", "Ana"), ("body.day", "Monday")]);
    assert_eq!(text(&content, &given), "Hi Ana: Monday, Ana!");
    assert_eq!(
        json!(components(&content, &given)),
        json!([{ "type": "body", "parameters": [
            { "type": "text", "parameter_name": "first_name", "text": "Ana" },
            { "type": "text", "parameter_name": "day", "text": "Monday" },
        ] }])
    );
}

#[test]
fn a_code_goes_into_body_and_button() {
    for button in [
        json!({ "type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code" }),
        json!({ "type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}" }),
    ] {
        let content = Content::read(&json!([
            { "type": "BODY", "text": "*{{1}}* is your code." }, { "type": "BUTTONS", "buttons": [button] },
        ]));
        assert_eq!(slots(&content).len(), 1);
        let made = json!(components(&content, &values(&[("body.1", "4711")])));
        assert_eq!(made[1]["parameters"][0]["text"], "4711");
        assert_eq!((&made[1]["sub_type"], &made[1]["index"]), (&json!("url"), &json!("0")));
    }
}

#[test]
fn media_wants_a_link() {
    let content = Content::read(&json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "Look" }]));
    assert!(check(&content, &values(&[("header.link", "http://a.example/x.jpg")])).is_err());
    let given = values(&[("header.link", "https://a.example/x.jpg")]);
    assert_eq!(check(&content, &given), Ok(()));
    assert_eq!(components(&content, &given)[0]["parameters"][0]["image"]["link"], "https://a.example/x.jpg");
}

#[test]
fn what_meta_would_refuse_is_named() {
    let content = Content::read(&json!([{ "type": "BODY", "text": "Hi {{1}}." }]));
    let long = "x".repeat(1_100);
    for bad in ["", "  ", "a\nb", "a\tb", "a     b", long.as_str()] {
        assert!(check(&content, &values(&[("body.1", bad)])).is_err(), "{bad:?}");
    }
    assert!(check(&content, &values(&[("body.1", "a    b")])).is_ok());
    assert!(check(&content, &values(&[("body.1", "a"), ("body.2", "b")])).is_err());
}

#[test]
fn what_cannot_be_sent_says_so() {
    for components in [
        json!([{ "type": "BODY", "text": "a" }, { "type": "CAROUSEL", "cards": [] }]),
        json!([{ "type": "BODY", "text": "a" }, { "type": "LIMITED_TIME_OFFER" }]),
        json!([{ "type": "BODY", "text": "a" }, { "type": "HEADER", "format": "LOCATION" }]),
        json!([{ "type": "BODY", "text": "a" }, { "type": "BUTTONS", "buttons": [{ "type": "FLOW", "text": "b" }] }]),
        json!([{ "type": "BODY", "text": "a" }, { "type": "NEWS" }]),
        json!([]),
        json!("nonsense"),
    ] {
        assert!(Content::read(&components).unsupported.is_some(), "{components}");
    }
    assert_eq!(order_update().unsupported, None);
}

#[test]
fn words_of_meta() {
    assert_eq!(Status::parse("APPROVED").why_not(), None);
    assert_eq!(Status::parse("REINSTATED"), Status::Approved);
    assert_eq!(Status::parse("SOMETHING_NEW"), Status::Other);
    assert!(Category::parse("MARKETING").is_marketing() && Category::parse("NEW").is_marketing());
    assert!(!Category::parse("utility").is_marketing());
    assert_eq!(language_name("pt_BR"), "Português (BR)");
    assert_eq!(language_name("xx"), "xx");
}

proptest! {
    #[test]
    fn cutting_loses_nothing(text in "[a-z0-9_{} é\n]{0,40}") {
        let back: String = parts(&text).iter().map(|part| match part {
            Part::Text(text) => (*text).to_owned(),
            // As it was written but for spaces within the braces.
            Part::Variable(name) => format!("{{{{{name}}}}}"),
        }).collect();
        prop_assert_eq!(back.replace(' ', ""), text.replace(' ', ""));
    }

    #[test]
    fn a_full_template_leaves_no_variable(body in "([a-z ]{0,5}\\{\\{[1-9]\\}\\}){1,6}") {
        let content = Content::read(&json!([{ "type": "BODY", "text": body }]));
        let given: Values = slots(&content).into_iter().map(|slot| (slot.key, "x".to_owned())).collect();
        prop_assert_eq!(check(&content, &given), Ok(()));
        prop_assert!(!text(&content, &given).contains("{{"));
        let made = components(&content, &given);
        prop_assert_eq!(made[0]["parameters"].as_array().map(Vec::len), Some(given.len()));
    }
}

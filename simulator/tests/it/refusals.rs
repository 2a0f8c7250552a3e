//! What Graph refuses, and how it says so.

use serde_json::{Value, json};

use crate::support::{MEERA, PHONE, TOKEN, World, text};

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = text("hello");
    change(&mut body);
    body
}

fn without(name: &str) -> Value {
    with(|body| {
        body.as_object_mut().unwrap().remove(name);
    })
}

fn of_type(kind: &str, content: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": MEERA, "type": kind, kind: content })
}

#[tokio::test]
async fn bodies() {
    let world = World::new().await;
    let buttons = |n: usize, title: &str| {
        let button = json!({ "type": "reply", "reply": { "id": "a", "title": title } });
        of_type(
            "interactive",
            json!({ "type": "button", "body": { "text": "Choose" }, "action": { "buttons": vec![button; n] } }),
        )
    };
    let template = |content: Value| of_type("template", content);
    let table: Vec<(&str, Value, i64)> = vec![
        ("no product", without("messaging_product"), 100),
        ("wrong product", with(|b| b["messaging_product"] = "sms".into()), 100),
        ("no object at all", json!("hello"), 100),
        ("nobody to send to", without("to"), 100),
        ("empty to", with(|b| b["to"] = "".into()), 100),
        ("no phone number", with(|b| b["to"] = "call me".into()), 131_009),
        (
            "no user id",
            with(|b| {
                b["to"] = Value::Null;
                b["recipient"] = "nobody".into();
            }),
            131_009,
        ),
        ("to itself", with(|b| b["to"] = "+91 80 5550 0142".into()), 131_021),
        ("recipient type", with(|b| b["recipient_type"] = "crowd".into()), 100),
        ("unknown type", with(|b| b["type"] = "hologram".into()), 100),
        ("type of webhooks only", with(|b| b["type"] = "system".into()), 131_051),
        ("type object missing", without("text"), 131_008),
        ("type object of another type", with(|b| b["type"] = "image".into()), 131_008),
        ("type object no object", with(|b| b["text"] = "hi".into()), 100),
        ("text empty", text(""), 100),
        ("text without body", with(|b| b["text"] = json!({})), 100),
        ("text too long", text(&"é".repeat(4_097)), 100),
        ("unexpected key", with(|b| b["text"]["footer"] = "x".into()), 100),
        ("callback too long", with(|b| b["biz_opaque_callback_data"] = "x".repeat(513).into()), 100),
        ("callback no string", with(|b| b["biz_opaque_callback_data"] = 7.into()), 100),
        ("context without id", with(|b| b["context"] = json!({})), 100),
        ("image without id and link", of_type("image", json!({ "caption": "x" })), 131_008),
        ("image link", of_type("image", json!({ "link": "ftp://x" })), 100),
        ("caption too long", of_type("image", json!({ "id": "1", "caption": "x".repeat(1_025) })), 100),
        ("audio caption", of_type("audio", json!({ "id": "1", "caption": "x" })), 100),
        ("location out of this world", of_type("location", json!({ "latitude": 91, "longitude": "0" })), 131_009),
        ("no contacts", of_type("contacts", json!([])), 131_009),
        ("reaction to nothing", of_type("reaction", json!({ "emoji": "👍" })), 100),
        ("no buttons", buttons(0, "Yes"), 131_009),
        ("four buttons", buttons(4, "Yes"), 131_009),
        ("button title", buttons(1, &"x".repeat(21)), 131_009),
        ("interactive type", of_type("interactive", json!({ "type": "knob", "action": {} })), 131_009),
        ("template without name", template(json!({ "language": { "code": "en" } })), 100),
        ("template without language", template(json!({ "name": "hi" })), 100),
        (
            "template component",
            template(json!({ "name": "hi", "language": { "code": "en" }, "components": [{ "type": "tail" }] })),
            100,
        ),
        (
            "template button without index",
            template(json!({
                "name": "hi", "language": { "code": "en" },
                "components": [{ "type": "button", "sub_type": "url" }],
            })),
            100,
        ),
        (
            "template parameter without text",
            template(json!({
                "name": "hi", "language": { "code": "en" },
                "components": [{ "type": "body", "parameters": [{ "type": "text" }] }],
            })),
            100,
        ),
        ("status", json!({ "messaging_product": "whatsapp", "status": "seen", "message_id": "wamid.x" }), 100),
        ("read what", json!({ "messaging_product": "whatsapp", "status": "read" }), 100),
        ("read no wamid", json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "7" }), 131_009),
        (
            "typing what",
            json!({
                "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x",
                "typing_indicator": { "type": "song" },
            }),
            100,
        ),
    ];
    let all = table.len();
    for (name, body, code) in table {
        let (status, answer) = world.send(&body).await;
        let error = &answer["error"];
        assert_eq!((status, error["code"].as_i64()), (400, Some(code)), "{name}: {answer}");
        assert!(error["message"].as_str().unwrap().starts_with(&format!("(#{code}) ")), "{name}: {answer}");
        assert_eq!(error["type"], "OAuthException", "{name}");
        assert!(error["fbtrace_id"].is_string(), "{name}");
        if code != 100 {
            assert_eq!(error["error_data"]["messaging_product"], "whatsapp", "{name}");
            assert!(error["error_data"]["details"].is_string(), "{name}");
        }
    }
    assert_eq!(world.sim.sent().len(), 0);
    assert_eq!(world.sim.counters().refused, all as u64);
    assert!(world.all_hooks().await.is_empty());
}

#[tokio::test]
async fn tokens_and_paths() {
    let world = World::new().await;
    let post = |path: &str| world.http.post(format!("{}{path}", world.graph)).json(&text("hello"));
    let messages = format!("/v25.0/{PHONE}/messages");
    let table = [
        ("no token", post(&messages), 401, 0, None),
        ("wrong token", post(&messages).bearer_auth("nobody's"), 401, 190, None),
        ("unknown number", post("/v25.0/999/messages").bearer_auth(TOKEN), 400, 100, Some(33)),
        ("version", post(&format!("/2025/{PHONE}/messages")).bearer_auth(TOKEN), 400, 2500, None),
        ("edge", post(&format!("/v25.0/{PHONE}/letters")).bearer_auth(TOKEN), 400, 2500, None),
        ("method", post("/v25.0/debug_token").bearer_auth(TOKEN), 400, 100, Some(33)),
    ];
    for (name, request, status, code, subcode) in table {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{name}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{name}: {answer}");
        assert_eq!(answer["error"]["error_subcode"].as_i64(), subcode, "{name}: {answer}");
    }
}

#[tokio::test]
async fn one_version_only_when_asked() {
    let world = World::with(|config| config.graph_version = Some("v25.0".to_owned())).await;
    assert_eq!(world.get(&format!("/v25.0/{PHONE}")).await.0, 200);
    assert_eq!(world.get(&format!("/v26.0/{PHONE}")).await.0, 400);
}

#[tokio::test]
async fn what_meta_takes_is_taken() {
    let world = World::new().await;
    let longest = "é".repeat(4_096);
    let bodies = [
        text(&longest),
        without("type"),
        with(|b| b["to"] = "+91 (98470) 550-14".into()),
        with(|b| b["to"] = 919_847_055_014_u64.into()),
        with(|b| b["recipient"] = "US.13491208655302741918".into()),
        of_type("image", json!({ "link": "https://a.example/x.jpg", "caption": "x" })),
        of_type("location", json!({ "latitude": "9.93", "longitude": 76.26, "name": "Kochi" })),
        of_type("contacts", json!([{ "name": { "formatted_name": "Meera" } }])),
        of_type("reaction", json!({ "message_id": "wamid.x", "emoji": "" })),
        of_type(
            "template",
            json!({ "name": "order_confirmed", "language": { "code": "en" }, "components": [
                { "type": "header", "parameters": [{ "type": "text", "text": "KH-20431" }] },
                { "type": "body", "parameters": [
                    { "type": "text", "text": "Meera" }, { "type": "text", "text": "Thursday" },
                ] },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": "7" }] },
            ]}),
        ),
    ];
    for body in bodies {
        let (status, answer) = world.send(&body).await;
        assert_eq!(status, 200, "{body}: {answer}");
        assert_eq!(answer["messaging_product"], "whatsapp");
        assert_eq!(answer["contacts"][0]["wa_id"], MEERA);
        assert!(answer["messages"][0]["id"].as_str().unwrap().starts_with("wamid."));
        let template = body["type"] == "template";
        assert_eq!(answer["messages"][0].get("message_status").is_some(), template);
    }
    assert_eq!(world.sim.sent()[0].text, longest);
    assert_eq!(world.sim.sent()[0].biz_opaque_callback_data.as_deref(), Some("our-id-1"));
}

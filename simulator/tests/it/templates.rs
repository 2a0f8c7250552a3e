//! Templates: the list, and what a send of one must look like.

use serde_json::{Value, json};
use simulator::{Fault, Faults, Reads};

use crate::support::{MEERA, PHONE, WABA, World};

fn send(name: &str, language: &str, components: &Value) -> Value {
    json!({
        "messaging_product": "whatsapp", "to": MEERA, "type": "template",
        "template": { "name": name, "language": { "code": language }, "components": components },
    })
}

fn texts(kind: &str, values: &[&str]) -> Value {
    let parameters: Vec<_> = values.iter().map(|text| json!({ "type": "text", "text": text })).collect();
    json!({ "type": kind, "parameters": parameters })
}

fn link(text: &str) -> Value {
    json!({ "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": text }] })
}

#[tokio::test]
async fn the_list_has_pages() {
    let world = World::new().await;
    let (_, all) = world.get(&format!("/v25.0/{WABA}/message_templates")).await;
    let all = all["data"].as_array().unwrap().clone();
    assert!(all.len() > 5);
    assert!(all[0]["components"].as_array().unwrap().iter().any(|part| part["type"] == "BODY"));
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let (_, page) = world.get(&format!("/v25.0/{WABA}/message_templates?limit=3&after={after}")).await;
        paged.extend(page["data"].as_array().unwrap().clone());
        if page["paging"].get("next").is_none() {
            break;
        }
        after = page["paging"]["cursors"]["after"].as_str().unwrap().to_owned();
    }
    assert_eq!(paged, all);
    let (_, some) = world.get(&format!("/v25.0/{WABA}/message_templates?fields=name,status&status=PAUSED")).await;
    assert_eq!(some["data"].as_array().unwrap().len(), 1);
    assert_eq!(some["data"][0].as_object().unwrap().len(), 3, "{some}");
    for wrong in ["fields=colour", "after=somewhere"] {
        assert_eq!(world.get(&format!("/v25.0/{WABA}/message_templates?{wrong}")).await.0, 400, "{wrong}");
    }
    assert_eq!(world.get("/v25.0/404/message_templates").await.0, 400);
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let world = World::new().await;
    let (head, body) = (texts("header", &["KH-1"]), texts("body", &["Meera", "Thursday"]));
    let table = [
        ("unknown", send("parcel", "en", &json!([])), 404, 132_001),
        ("language", send("order_confirmed", "fr", &json!([head, body, link("1")])), 404, 132_001),
        ("rejected", send("flash_sale", "en", &json!([texts("body", &["Meera"])])), 404, 132_001),
        ("paused", send("review_request", "en", &json!([texts("body", &["Meera"])])), 400, 132_015),
        ("no values", send("order_confirmed", "en", &json!([])), 400, 132_000),
        (
            "one short",
            send("order_confirmed", "en", &json!([head, texts("body", &["Meera"]), link("1")])),
            400,
            132_000,
        ),
        ("too many", send("question_answered", "en", &json!([texts("body", &["Meera"])])), 400, 132_000),
        ("no link", send("order_confirmed", "en", &json!([head, body])), 400, 131_008),
        (
            "line break",
            send("order_confirmed", "en", &json!([head, texts("body", &["Mee\nra", "x"]), link("1")])),
            400,
            132_018,
        ),
        (
            "too long",
            send("order_confirmed", "en", &json!([head, texts("body", &[&"x".repeat(1_000), "x"]), link("1")])),
            400,
            132_005,
        ),
        (
            "names",
            send("appointment_reminder", "en", &json!([texts("body", &["Meera", "Monday", "ten"])])),
            400,
            132_018,
        ),
    ];
    for (name, body, status, code) in table {
        let (got, answer) = world.send(&body).await;
        assert_eq!((got, &answer["error"]["code"]), (status, &json!(code)), "{name}: {answer}");
    }
    assert!(world.sim.sent().is_empty());
}

#[tokio::test]
async fn the_phone_shows_it_filled_in() {
    let world = World::with(|config| config.reads = Reads::WhenOpened).await;
    let parts = json!([texts("header", &["KH-1"]), texts("body", &["Meera", "Thursday"]), link("1")]);
    assert_eq!(world.send(&send("order_confirmed", "en", &parts)).await.0, 200);
    let named = json!([{ "type": "body", "parameters": [
        { "type": "text", "parameter_name": "time", "text": "ten" },
        { "type": "text", "parameter_name": "name", "text": "Meera" },
        { "type": "text", "parameter_name": "day", "text": "Monday" },
    ]}]);
    assert_eq!(world.send(&send("appointment_reminder", "en", &named)).await.0, 200);
    let sent: Vec<String> = world.sim.sent().into_iter().map(|sent| sent.text).collect();
    assert_eq!(
        sent[0],
        "Order KH-1 confirmed ✅\nNamaste Meera, your order leaves our workshop on Thursday.\nReply STOP to opt out"
    );
    assert!(sent[1].starts_with("Hello Meera, we expect you on Monday at ten in our shop."), "{}", sent[1]);
    world.sim.settled().await;
    let (_, chat) = world.get(&format!("/simulator/api/chat?number={PHONE}&customer={MEERA}")).await;
    let line = &chat["lines"][0];
    assert_eq!(line["replies"], json!([{ "text": "Change address", "payload": "Change address" }]));

    let press = |text: &str| json!({ "number": PHONE, "customer": MEERA, "wamid": line["wamid"], "text": text });
    assert_eq!(world.post("/simulator/api/press", &press("Burn it")).await.0, 422);
    assert_eq!(world.post("/simulator/api/press", &press("Change address")).await.0, 200);
    let hooks = world.all_hooks().await;
    let message = &hooks.last().unwrap().json()["entry"][0]["changes"][0]["value"]["messages"][0];
    assert_eq!(message["type"], "button");
    assert_eq!(message["button"], json!({ "payload": "Change address", "text": "Change address" }));
    assert_eq!(message["context"], json!({ "from": "918055500142", "id": line["wamid"] }));
}

#[tokio::test]
async fn the_next_template_is_paused() {
    let world = World::new().await;
    world.sim.set_faults(Faults { template_paused: Fault::next(1), ..Faults::default() });
    // It waits for a template.
    assert_eq!(world.send(&crate::support::text("hello")).await.0, 200);
    let (status, answer) = world.send(&send("question_answered", "en", &json!([]))).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(132_015)));
    assert_eq!(world.send(&send("question_answered", "en", &json!([]))).await.0, 200);
}

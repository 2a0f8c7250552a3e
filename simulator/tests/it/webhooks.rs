//! Webhooks: bytes, signature, redelivery, statuses.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use simulator::{Customer, Reads};

use crate::support::{Got, MEERA, PHONE, SECRET, WABA, World, meera, text};

fn verify(got: &Got) {
    let header = got.headers["x-hub-signature-256"].to_str().unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&got.body);
    mac.verify_slice(&hex::decode(header.strip_prefix("sha256=").unwrap()).unwrap()).unwrap();
}

fn whats(hooks: &[Got]) -> Vec<String> {
    hooks.iter().map(Got::what).collect()
}

#[tokio::test]
async fn a_customers_message_is_signed_over_its_escaped_bytes() {
    let world = World::new().await;
    let wamid = world.sim.customer_says(PHONE, meera(), "Grüße 🏡 1/2 \"x\"").await;
    let hooks = world.hooks(1).await;
    verify(&hooks[0]);
    let raw = String::from_utf8(hooks[0].body.to_vec()).unwrap();
    assert!(raw.is_ascii());
    assert!(raw.contains(r#""body":"Gr\u00fc\u00dfe \ud83c\udfe1 1\/2 \"x\"""#), "{raw}");
    assert_eq!(hooks[0].headers["content-type"], "application/json");
    assert_eq!(hooks[0].headers["user-agent"], "facebookexternalua");
    let mut body = hooks[0].json();
    let timestamp = body.pointer_mut("/entry/0/changes/0/value/messages/0/timestamp").unwrap().take();
    assert_eq!(timestamp.as_str().unwrap().len(), 10);
    assert_eq!(
        body,
        json!({ "object": "whatsapp_business_account", "entry": [{ "id": WABA, "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "918055500142", "phone_number_id": PHONE },
                "contacts": [{ "profile": { "name": "Meera Krishnan" }, "wa_id": MEERA }],
                "messages": [{
                    "from": MEERA, "id": wamid, "timestamp": null, "type": "text",
                    "text": { "body": "Grüße 🏡 1/2 \"x\"" },
                }],
            },
        }]}]})
    );
    world.sim.settled().await;
    assert_eq!(world.sim.acknowledged(), [wamid]);
}

#[tokio::test]
async fn a_customer_who_hides_the_phone() {
    let world = World::new().await;
    let hidden = Customer::hidden("IN.13491208655302741918", "Sheena");
    world.sim.customer_says(PHONE, hidden, "hello").await;
    let body = world.hooks(1).await[0].json();
    let value = &body["entry"][0]["changes"][0]["value"];
    assert_eq!(value["contacts"][0], json!({ "profile": { "name": "Sheena" }, "user_id": "IN.13491208655302741918" }));
    assert_eq!(value["messages"][0]["from_user_id"], "IN.13491208655302741918");
    assert!(value["messages"][0].get("from").is_none());

    let mut reply = text("hi");
    reply.as_object_mut().unwrap().remove("to");
    reply["recipient"] = "IN.13491208655302741918".into();
    let (_, answer) = world.send(&reply).await;
    let expected = json!([{ "input": "IN.13491208655302741918", "user_id": "IN.13491208655302741918" }]);
    assert_eq!(answer["contacts"], expected);
    let status = world.all_hooks().await[1].status();
    assert_eq!(status["recipient_user_id"], "IN.13491208655302741918");
    assert!(status.get("recipient_id").is_none());
}

#[tokio::test]
async fn anything_but_200_is_delivered_again() {
    let world = World::new().await;
    world.answer_next(&[503, 500, 401, 202]);
    let wamid = world.sim.customer_says(PHONE, meera(), "still there?").await;
    let hooks = world.all_hooks().await;
    assert_eq!(hooks.iter().map(|h| h.answered).collect::<Vec<_>>(), [503, 500, 401, 202, 200]);
    assert!(hooks.iter().all(|hook| hook.body == hooks[0].body));
    hooks.iter().for_each(verify);
    let counters = world.sim.counters();
    assert_eq!((counters.failed_posts, counters.redelivered, counters.delivered), (4, 4, 1));
    assert_eq!(world.sim.acknowledged(), [wamid]);
}

#[tokio::test]
async fn a_platform_that_is_down_gets_it_later() {
    let world = World::new().await;
    let up = world.sim.counters();
    assert_eq!(up.posts, 0);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let other = World::with(|config| config.webhook_url = format!("http://{closed}/")).await;
    other.sim.customer_says(PHONE, meera(), "hello").await;
    while other.sim.counters().failed_posts == 0 {
        tokio::task::yield_now().await;
    }
    // The platform is back under another address.
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    other.sim.set_webhook_url(format!("http://{}/", address.local_addr().unwrap()));
    let app = axum::Router::new().fallback(async || "");
    tokio::spawn(async { axum::serve(address, app).await.unwrap() });
    other.sim.settled().await;
    assert_eq!(other.sim.counters().delivered, 1);
}

#[tokio::test]
async fn statuses_come_in_order_with_our_key_and_a_price() {
    let world = World::new().await;
    let (_, answer) = world.send(&text("hello")).await;
    let hooks = world.all_hooks().await;
    assert_eq!(whats(&hooks), ["sent", "delivered", "read"]);
    let free = json!({
        "billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service",
    });
    for hook in &hooks {
        verify(hook);
        let status = hook.status();
        assert_eq!(status["id"], answer["messages"][0]["id"]);
        assert_eq!(status["recipient_id"], MEERA);
        assert_eq!(status["biz_opaque_callback_data"], "our-id-1");
        assert_eq!(status.get("pricing"), (hook.what() != "read").then_some(&free));
        assert!(status.get("conversation").is_none());
    }
}

#[tokio::test]
async fn read_waits_for_the_open_chat() {
    let world = World::with(|config| config.reads = Reads::WhenOpened).await;
    world.send(&text("hello")).await;
    assert_eq!(whats(&world.all_hooks().await), ["sent", "delivered"]);
    world.sim.open_chat(PHONE, &meera());
    world.sim.open_chat(PHONE, &meera());
    assert_eq!(whats(&world.all_hooks().await), ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn statuses_can_be_switched_off() {
    let world = World::with(|config| config.statuses = false).await;
    world.send(&text("hello")).await;
    assert!(world.all_hooks().await.is_empty());
    assert_eq!(world.sim.sent().len(), 1);
}

#[tokio::test]
async fn the_window_closes_after_24_hours() {
    let world = World::with(|config| config.enforce_window = true).await;
    let last = |hooks: &[Got]| hooks.last().unwrap().status();

    // Nobody wrote yet: accepted, then failed.
    assert_eq!(world.send(&text("hello")).await.0, 200);
    let status = last(&world.all_hooks().await);
    assert_eq!(status["status"], "failed");
    assert_eq!(status["errors"][0]["code"], 131_047);
    assert!(status.get("pricing").is_none());

    world.sim.customer_says(PHONE, meera(), "hi").await;
    world.sim.advance(Duration::from_secs(24 * 3_600 - 60));
    world.send(&text("in time")).await;
    assert_eq!(last(&world.all_hooks().await)["status"], "read");

    world.sim.advance(Duration::from_secs(120));
    world.send(&text("too late")).await;
    assert_eq!(last(&world.all_hooks().await)["errors"][0]["code"], 131_047);

    let template = json!({
        "messaging_product": "whatsapp", "to": MEERA, "type": "template",
        "template": { "name": "question_answered", "language": { "code": "en" } },
    });
    world.send(&template).await;
    assert_eq!(last(&world.all_hooks().await)["status"], "read");
}

#[tokio::test]
async fn messages_beyond_the_free_ones_are_billed() {
    let world = World::with(|config| config.free_service_messages = 1).await;
    world.send(&text("free")).await;
    world.send(&text("billed")).await;
    let billable: Vec<Value> = world
        .all_hooks()
        .await
        .iter()
        .filter(|hook| hook.what() == "sent")
        .map(|hook| hook.status()["pricing"]["billable"].clone())
        .collect();
    assert!(billable.contains(&json!(true)) && billable.contains(&json!(false)), "{billable:?}");
}

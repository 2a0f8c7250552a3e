//! What is read from Graph rather than sent.

use serde_json::json;

use crate::support::{PHONE, TOKEN, WABA, World, meera};

#[tokio::test]
async fn a_number() {
    let world = World::new().await;
    let expected = json!({
        "verified_name": "Kaveri India",
        "display_phone_number": "+91 80 5550 0142",
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "id": PHONE,
    });
    assert_eq!(world.get(&format!("/v25.0/{PHONE}")).await, (200, expected.clone()));
    let (_, list) = world.get(&format!("/v25.0/{WABA}/phone_numbers")).await;
    assert_eq!(list["data"], json!([expected]));
    let (_, some) = world.get(&format!("/v25.0/{PHONE}?fields=status,throughput")).await;
    assert_eq!(some, json!({ "status": "CONNECTED", "throughput": { "level": "STANDARD" }, "id": PHONE }));
    let (status, error) = world.get(&format!("/v25.0/{PHONE}?fields=colour")).await;
    assert_eq!((status, &error["error"]["code"]), (400, &json!(100)));
    let (status, error) = world.get("/v25.0/404/phone_numbers").await;
    assert_eq!((status, &error["error"]["error_subcode"]), (400, &json!(33)));
}

#[tokio::test]
async fn an_unsubscribed_app_gets_no_webhooks() {
    let world = World::new().await;
    let path = format!("/v25.0/{WABA}/subscribed_apps");
    let (_, apps) = world.get(&path).await;
    assert!(apps["data"][0]["whatsapp_business_api_data"]["id"].is_string());
    let gone = world.http.delete(format!("{}{path}", world.graph)).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(gone.status(), 200);
    world.sim.customer_says(PHONE, meera(), "anyone?").await;
    assert!(world.all_hooks().await.is_empty());
    assert_eq!(world.get(&path).await.1["data"], json!([]));
    assert_eq!(world.post(&path, &json!({})).await, (200, json!({ "success": true })));
    world.sim.customer_says(PHONE, meera(), "now?").await;
    assert_eq!(world.all_hooks().await.len(), 1);
}

#[tokio::test]
async fn a_token_and_what_it_may_do() {
    let world = World::new().await;
    let (_, answer) = world.get(&format!("/v25.0/debug_token?input_token={TOKEN}")).await;
    assert_eq!(answer["data"]["is_valid"], true);
    let management = &answer["data"]["granular_scopes"][0];
    assert_eq!(management, &json!({ "scope": "whatsapp_business_management", "target_ids": [WABA] }));
    let (_, answer) = world.get("/v25.0/debug_token?input_token=other").await;
    assert_eq!(answer["data"]["is_valid"], false);
}

#[tokio::test]
async fn what_the_app_asks_for() {
    let world = World::new().await;
    let config = simulator::Config::default();
    let path = format!("/v25.0/{}/subscriptions", config.app_id);
    let ask = async |token: String| {
        let answer = world.http.get(format!("{}{path}", world.graph)).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<serde_json::Value>().await.unwrap())
    };
    assert_eq!(ask(TOKEN.to_owned()).await.0, 400, "only the app itself may ask");
    let app = format!("{}|{}", config.app_id, crate::support::SECRET);
    let (_, answer) = ask(app.clone()).await;
    assert_eq!(answer["data"][0]["object"], "whatsapp_business_account");
    assert_eq!(answer["data"][0]["fields"][0], json!({ "name": "messages", "version": "v25.0" }));
    world.sim.set_faults(simulator::Faults { missing_field: "messages".to_owned(), ..simulator::Faults::default() });
    let (_, answer) = ask(app).await;
    assert!(!answer.to_string().contains("\"messages\""), "{answer}");
}

#[tokio::test]
async fn what_is_wrong_with_a_number_or_a_token() {
    let world = World::new().await;
    world.sim.set_faults(simulator::Faults {
        unregistered: vec![PHONE.to_owned()],
        missing_scope: "whatsapp_business_messaging".to_owned(),
        ..simulator::Faults::default()
    });
    let (_, number) = world.get(&format!("/v25.0/{PHONE}?fields=status")).await;
    assert_eq!(number["status"], "PENDING");
    let (_, answer) = world.get(&format!("/v25.0/debug_token?input_token={TOKEN}")).await;
    assert_eq!(answer["data"]["scopes"], json!(["whatsapp_business_management"]));
}

#[tokio::test]
async fn graph_below_a_prefix() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/graph", listener.local_addr().unwrap());
    let app = axum::Router::new().nest("/graph", world.sim.graph_router());
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    let get = async |path: &str| -> serde_json::Value {
        let answer = world.http.get(format!("{base}{path}")).bearer_auth(TOKEN).send().await.unwrap();
        answer.json().await.unwrap()
    };
    assert_eq!(get(&format!("/v25.0/{PHONE}")).await["id"], PHONE);
    assert_eq!(get(&format!("/v25.0/{PHONE}/letters/more")).await["error"]["code"], 2500);
    let error = get(&format!("/v25.0/{PHONE}/messages")).await["error"].clone();
    assert!(error["message"].as_str().unwrap().contains(&format!("Object with ID '{PHONE}'")), "{error}");
}

//! What customers and Meta no longer want.

use serde_json::{Value, json};
use simulator::{Customer, Fault, Faults};

use crate::support::{Got, MEERA, PHONE, WABA, World, text};

fn change(hook: &Got) -> Value {
    hook.json()["entry"][0]["changes"][0].clone()
}

fn marketing() -> Value {
    json!({
        "messaging_product": "whatsapp", "to": MEERA, "type": "template",
        "template": { "name": "autumn_collection", "language": { "code": "en" }, "components": [
            { "type": "body", "parameters": [{ "type": "text", "text": "Meera" }, { "type": "text", "text": "Sunday" }] },
        ]},
    })
}

async fn last(world: &World) -> Got {
    world.all_hooks().await.pop().unwrap()
}

#[tokio::test]
async fn a_customer_stops_promotions() {
    let world = World::new().await;
    let wish = |stop: bool| json!({ "number": PHONE, "customer": MEERA, "stop": stop });
    assert_eq!(world.post("/simulator/api/preference", &wish(true)).await.0, 204);
    let told = change(&last(&world).await);
    assert_eq!(told["field"], "user_preferences");
    assert_eq!(told["value"]["metadata"]["phone_number_id"], PHONE);
    let preference = &told["value"]["user_preferences"][0];
    assert_eq!((&preference["value"], &preference["wa_id"]), (&json!("stop"), &json!(MEERA)));
    assert!(preference["timestamp"].is_i64());

    world.send(&marketing()).await;
    let failed = last(&world).await;
    assert_eq!((failed.what().as_str(), &failed.status()["errors"][0]["code"]), ("failed", &json!(131_050)));
    // Service messages still arrive.
    world.send(&text("Your order is here")).await;
    assert_eq!(last(&world).await.what(), "read");

    world.post("/simulator/api/preference", &wish(false)).await;
    assert_eq!(change(&last(&world).await)["value"]["user_preferences"][0]["value"], "resume");
    world.send(&marketing()).await;
    assert_eq!(last(&world).await.what(), "read");
    assert_eq!(
        world.post("/simulator/api/preference", &json!({ "number": "1", "customer": MEERA, "stop": true })).await.0,
        422
    );
}

#[tokio::test]
async fn who_hides_the_number_stops_by_user_id() {
    let world = World::new().await;
    world.sim.customer_prefers(PHONE, &Customer::hidden("IN.77", "Sheena"), true);
    let preference = change(&last(&world).await)["value"]["user_preferences"][0].clone();
    assert_eq!((preference.get("wa_id"), &preference["user_id"]), (None, &json!("IN.77")));
}

#[tokio::test]
async fn an_account_is_locked_and_free_again() {
    let world = World::new().await;
    world.sim.set_faults(Faults { account_blocked: true, ..Faults::default() });
    let told = last(&world).await;
    assert_eq!(told.json()["entry"][0]["id"], WABA);
    assert_eq!(change(&told)["field"], "account_update");
    assert_eq!(change(&told)["value"]["ban_info"]["waba_ban_state"], "DISABLE");
    let (status, answer) = world.send(&text("hello")).await;
    assert_eq!((status, &answer["error"]["code"]), (403, &json!(131_031)));
    world.sim.set_faults(Faults::default());
    assert_eq!(change(&last(&world).await)["value"]["ban_info"]["waba_ban_state"], "REINSTATE");
    assert_eq!(world.send(&text("hello")).await.0, 200);
}

#[tokio::test]
async fn a_country_is_out_of_bounds() {
    let world = World::new().await;
    world.sim.set_faults(Faults { blocked_country: "91".to_owned(), ..Faults::default() });
    let (status, answer) = world.send(&text("hello")).await;
    assert_eq!((status, &answer["error"]["code"]), (403, &json!(130_497)));
    let mut elsewhere = text("hello");
    elsewhere["to"] = "+525555500167".into();
    assert_eq!(world.send(&elsewhere).await.0, 200);
    assert_eq!(world.post("/simulator/api/faults", &json!({ "blocked_country": "India" })).await.0, 422);
}

#[tokio::test]
async fn messages_that_fail_after_they_were_taken() {
    let world = World::new().await;
    let next = Fault::next(1);
    world.sim.set_faults(Faults { window_closed: next, stopped: next, held_back: next, ..Faults::default() });
    for code in [131_047, 131_050, 131_049] {
        assert_eq!(world.send(&text("hello")).await.0, 200);
        let hook = last(&world).await;
        assert_eq!((hook.what().as_str(), &hook.status()["errors"][0]["code"]), ("failed", &json!(code)));
    }
    world.sim.set_faults(Faults { pair_limited: next, ..Faults::default() });
    let (status, answer) = world.send(&text("hello")).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_056)));
}

//! How fast Meta lets a business send.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Fault, Faults, Limits};

use crate::support::{MEERA, PHONE, WABA, World, meera, text};

async fn limited(limits: Limits) -> World {
    World::with(|config| config.limits = limits).await
}

fn code(answer: &(u16, Value)) -> (u16, i64) {
    (answer.0, answer.1["error"]["code"].as_i64().unwrap_or_default())
}

fn to(customer: u32) -> Value {
    let mut body = text("hello");
    body["to"] = format!("+9198470{customer:05}").into();
    body
}

#[tokio::test]
async fn so_many_a_second_and_number() {
    let world = limited(Limits { per_second: 5, ..Limits::default() }).await;
    for nth in 0..5 {
        assert_eq!(world.send(&to(nth)).await.0, 200);
    }
    assert_eq!(code(&world.send(&to(6)).await), (429, 130_429));
    world.sim.advance(Duration::from_secs(1));
    assert_eq!(world.send(&to(6)).await.0, 200);
    let pace = world.sim.paces()[PHONE];
    assert_eq!((pace.arrived, pace.peak, pace.above), (7, 5, 1));
    assert_eq!(world.sim.sent().len(), 6);
    let (_, paces) = world.get("/simulator/api/paces").await;
    assert_eq!((&paces[PHONE]["arrived"], &paces[PHONE]["above"]), (&json!(7), &json!(1)));
    assert!(paces[PHONE]["above_at"].is_i64());
}

#[tokio::test]
async fn what_goes_wrong_counts_as_well() {
    let world = limited(Limits { per_second: 2, ..Limits::default() }).await;
    world.sim.set_faults(Faults { error_before: Fault::next(2), ..Faults::default() });
    assert_eq!(code(&world.send(&to(1)).await), (500, 131_000));
    assert_eq!(code(&world.send(&to(1)).await), (500, 131_000));
    assert_eq!(code(&world.send(&to(1)).await), (429, 130_429));
}

#[tokio::test]
async fn the_limit_is_shown_and_can_be_changed() {
    let world = World::new().await;
    let shown = async || world.get(&format!("/v25.0/{PHONE}?fields=throughput,messaging_limit_tier")).await.1;
    assert_eq!(shown().await["throughput"]["level"], "STANDARD");
    assert_eq!(shown().await["messaging_limit_tier"], "TIER_2K");
    let (status, now) = world.post("/simulator/api/limits", &json!({ "per_second": 1_000, "portfolio": 250 })).await;
    assert_eq!((status, &now["pair_burst"]), (200, &json!(45)));
    assert_eq!(shown().await["throughput"]["level"], "HIGH");
    assert_eq!(shown().await["messaging_limit_tier"], "TIER_250");
    let (_, waba) = world.get(&format!("/v25.0/{WABA}?fields=whatsapp_business_manager_messaging_limit")).await;
    assert_eq!(waba["whatsapp_business_manager_messaging_limit"], "TIER_250");
    assert_eq!(world.post("/simulator/api/limits", &json!({ "per_hour": 1 })).await.0, 422);
    world.post("/simulator/api/faults", &json!({ "reset_all": true })).await;
    assert_eq!(shown().await["throughput"]["level"], "STANDARD");
}

#[tokio::test]
async fn so_many_to_one_customer() {
    let world = limited(Limits { pair_burst: 2, ..Limits::default() }).await;
    assert_eq!(world.send(&text("one")).await.0, 200);
    assert_eq!(world.send(&text("two")).await.0, 200);
    assert_eq!(code(&world.send(&text("three")).await), (400, 131_056));
    assert_eq!(world.send(&to(1)).await.0, 200);
    world.sim.advance(Duration::from_secs(6));
    assert_eq!(world.send(&text("three")).await.0, 200);
    assert_eq!(code(&world.send(&text("four")).await), (400, 131_056));
}

#[tokio::test]
async fn so_many_customers_outside_the_window() {
    let world = World::with(|config| {
        config.limits.portfolio = 1;
        config.enforce_window = true;
    })
    .await;
    let mut template = json!({
        "messaging_product": "whatsapp", "to": MEERA, "type": "template",
        "template": { "name": "question_answered", "language": { "code": "en" } },
    });
    assert_eq!(world.send(&template).await.0, 200);
    assert_eq!(world.send(&template).await.0, 200);
    template["to"] = "919847055015".into();
    assert_eq!(code(&world.send(&template).await), (400, 131_048));
    // Inside a window nobody counts.
    world.sim.customer_says(PHONE, simulator::Customer::phone("919847055015", "Arun"), "hello?").await;
    assert_eq!(world.send(&template).await.0, 200);
    template["to"] = "919847055016".into();
    assert_eq!(code(&world.send(&template).await), (400, 131_048));
    world.sim.advance(Duration::from_secs(24 * 3_600));
    assert_eq!(world.send(&template).await.0, 200);
}

#[tokio::test]
async fn a_token_dies_and_comes_back() {
    let world = World::new().await;
    world.sim.set_token_dead(PHONE, true);
    assert_eq!(code(&world.send(&text("one")).await), (401, 190));
    assert_eq!(world.get(&format!("/v25.0/{PHONE}")).await.0, 401);
    world.sim.set_token_dead("another", true);
    world.sim.set_token_dead(PHONE, false);
    assert_eq!(world.send(&text("one")).await.0, 200);
    world.sim.customer_says(PHONE, meera(), "hello").await;
}

#[tokio::test]
async fn a_slow_answer_comes_all_the_same() {
    let world = World::new().await;
    world.sim.set_faults(Faults { slow: Fault::next(1), latency_ms: 20, ..Faults::default() });
    let begun = std::time::Instant::now();
    assert_eq!(world.send(&text("one")).await.0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(120));
    assert_eq!(world.sim.sent().len(), 1);
}

//! Trouble on demand.

use std::time::Duration;

use serde_json::json;
use simulator::{Fault, Faults};

use crate::support::{Got, PHONE, World, meera, text};

async fn faulty(faults: Faults) -> World {
    let world = World::new().await;
    world.sim.set_faults(faults);
    world
}

fn whats(hooks: &[Got]) -> Vec<String> {
    hooks.iter().map(Got::what).collect()
}

#[tokio::test]
async fn rate_limit_then_well_again() {
    let world = faulty(Faults { rate_limited: Fault::next(1), ..Faults::default() }).await;
    let (status, answer) = world.send(&text("one")).await;
    assert_eq!((status, &answer["error"]["code"]), (429, &json!(130_429)));
    assert_eq!(world.sim.sent().len(), 0);
    assert_eq!(world.send(&text("two")).await.0, 200);
    assert_eq!(world.sim.faults(), Faults::default());
}

#[tokio::test]
async fn errors_before_and_after_accepting() {
    let world = faulty(Faults { error_before: Fault::next(1), error_after: Fault::next(1), ..Faults::default() }).await;
    for accepted in [0, 1] {
        let (status, answer) = world.send(&text("hello")).await;
        assert_eq!((status, &answer["error"]["code"]), (500, &json!(131_000)));
        assert_eq!(world.sim.sent().len(), accepted);
    }
    // What went out gets its statuses.
    assert_eq!(whats(&world.all_hooks().await), ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn reset_sends_nothing_and_a_lost_answer_does() {
    let world = faulty(Faults { reset: Fault::next(1), lost_answer: Fault::next(1), ..Faults::default() }).await;
    for accepted in [0, 1] {
        let answer = world.try_send(&text("hello")).await;
        assert!(answer.is_err(), "the connection should drop before any status line: {answer:?}");
        assert_eq!(world.sim.sent().len(), accepted);
    }
    assert_eq!(world.send(&text("hello")).await.0, 200);
}

#[tokio::test]
async fn hang_never_answers() {
    let world = faulty(Faults { hang: Fault::next(1), ..Faults::default() }).await;
    let waited = tokio::time::timeout(Duration::from_millis(100), world.try_send(&text("hello"))).await;
    assert!(waited.is_err());
    assert_eq!(world.sim.sent().len(), 0);
    assert_eq!(world.send(&text("hello")).await.0, 200);
}

#[tokio::test]
async fn a_closing_simulator_lets_go_of_hanging_requests() {
    let world = faulty(Faults { hang: Fault::next(1), ..Faults::default() }).await;
    let body = text("hello");
    let (answer, ()) = tokio::join!(world.try_send(&body), async {
        while world.sim.counters().faulted == 0 {
            tokio::task::yield_now().await;
        }
        world.sim.close();
    });
    assert!(answer.is_err());
}

#[tokio::test]
async fn a_revoked_token_stays_revoked() {
    let world = faulty(Faults { token_revoked: true, ..Faults::default() }).await;
    for _ in 0..2 {
        let (status, answer) = world.send(&text("hello")).await;
        assert_eq!((status, &answer["error"]["code"]), (401, &json!(190)));
    }
    // Customers can write all the same.
    world.sim.customer_says(PHONE, meera(), "hello?").await;
    assert_eq!(whats(&world.all_hooks().await), ["text"]);
    world.sim.set_faults(Faults::default());
    assert_eq!(world.send(&text("hello")).await.0, 200);
}

#[tokio::test]
async fn a_message_that_cannot_be_delivered() {
    let world = faulty(Faults { undeliverable: Fault::next(1), ..Faults::default() }).await;
    assert_eq!(world.send(&text("hello")).await.0, 200);
    let hooks = world.all_hooks().await;
    assert_eq!(whats(&hooks), ["failed"]);
    assert_eq!(hooks[0].status()["errors"][0]["code"], 131_026);
    assert_eq!(hooks[0].status()["biz_opaque_callback_data"], "our-id-1");
}

#[tokio::test]
async fn duplicates_are_the_same_bytes() {
    let world = faulty(Faults { duplicate: Fault::next(1), ..Faults::default() }).await;
    world.sim.customer_says(PHONE, meera(), "hello").await;
    let hooks = world.all_hooks().await;
    assert_eq!(hooks.len(), 2);
    assert_eq!(hooks[0].body, hooks[1].body);
}

#[tokio::test]
async fn reordered_statuses_come_last_one_first() {
    let world = faulty(Faults { reorder: Fault::next(1), ..Faults::default() }).await;
    world.send(&text("hello")).await;
    assert_eq!(whats(&world.all_hooks().await), ["read", "delivered", "sent"]);
}

#[tokio::test]
async fn a_late_status_is_overtaken() {
    let world = faulty(Faults { late: Fault::next(1), ..Faults::default() }).await;
    world.send(&text("hello")).await;
    assert_eq!(whats(&world.all_hooks().await), ["delivered", "read", "sent"]);
}

#[tokio::test]
async fn dropped_statuses_never_come() {
    let world = faulty(Faults { drop: Fault::rate(1.0), ..Faults::default() }).await;
    world.send(&text("hello")).await;
    world.sim.customer_says(PHONE, meera(), "hello?").await;
    // A customer's message is no status.
    assert_eq!(whats(&world.all_hooks().await), ["text"]);
    assert_eq!(world.sim.counters().dropped, 3);
}

#[tokio::test]
async fn an_offline_phone_waits() {
    let world = faulty(Faults { phone_offline: true, ..Faults::default() }).await;
    world.send(&text("hello")).await;
    assert_eq!(whats(&world.hooks(1).await), ["sent"]);
    world.sim.set_faults(Faults { no_read_receipts: true, ..Faults::default() });
    assert_eq!(whats(&world.all_hooks().await), ["sent", "delivered"]);
}

#[tokio::test]
async fn faults_by_http() {
    let world = World::new().await;
    let (status, _) = world.post("/simulator/api/faults", &json!({ "hang": { "rate": 0.5 } })).await;
    assert_eq!(status, 200);
    let (_, answer) =
        world.post("/simulator/api/faults", &json!({ "hang": { "next": 2 }, "phone_offline": true })).await;
    assert_eq!(answer["hang"], json!({ "rate": 0.5, "next": 2 }));
    assert_eq!(world.sim.faults().hang, Fault { rate: 0.5, next: 2 });
    for wrong in [
        json!({ "flood": true }),
        json!({ "hang": 7 }),
        json!({ "hang": { "rate": 2.0 } }),
        json!({ "hang": { "often": 1 } }),
    ] {
        let (status, _) = world.post("/simulator/api/faults", &wrong).await;
        assert_eq!(status, 422, "{wrong}");
    }
    world.post("/simulator/api/faults", &json!({ "reset_all": true })).await;
    assert_eq!(world.sim.faults(), Faults::default());
}

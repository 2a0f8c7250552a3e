//! Tokens that are renewed.

use std::time::Duration;

use serde_json::json;
use simulator::Faults;

use crate::support::{PHONE, SECRET, TOKEN, World, text};

const APP: &str = "670843887433847";
const DAY: u64 = 24 * 3_600;

async fn exchange(world: &World, token: &str, secret: &str) -> (u16, serde_json::Value) {
    let url = format!(
        "{}/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id={APP}&client_secret={}\
         &set_token_expires_in_60_days=true&fb_exchange_token={token}",
        world.graph,
        secret.replace(' ', "%20"),
    );
    let answer = world.http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn node(world: &World, token: &str) -> (u16, serde_json::Value) {
    let url = format!("{}/v25.0/{PHONE}", world.graph);
    let answer = world.http.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_renewed_token_works_until_it_ends() {
    let world = World::new().await;
    let (status, answer) = exchange(&world, TOKEN, SECRET).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * DAY)));
    let first = answer["access_token"].as_str().unwrap().to_owned();
    assert_ne!(first, TOKEN);
    assert_eq!(node(&world, &first).await.0, 200);
    let (_, told) = world.get(&format!("/v25.0/debug_token?input_token={first}")).await;
    assert!(told["data"]["expires_at"].as_i64().unwrap() > world.sim.now() / 1_000, "{told}");
    assert_eq!(node(&world, &first.replace("ZR1", "ZR2")).await.1["error"]["code"], 190, "nobody may prolong it");

    world.sim.advance(Duration::from_secs(59 * DAY));
    let (_, answer) = exchange(&world, &first, SECRET).await;
    let second = answer["access_token"].as_str().unwrap().to_owned();
    world.sim.advance(Duration::from_secs(2 * DAY));
    let (status, error) = node(&world, &first).await;
    assert_eq!((status, &error["error"]["error_subcode"]), (401, &json!(463)));
    assert_eq!(exchange(&world, &first, SECRET).await.1["error"]["code"], 190);
    assert_eq!(node(&world, &second).await.0, 200);
    assert_eq!(world.send(&text("with the first of all")).await.0, 200);
}

#[tokio::test]
async fn who_may_not_renew() {
    let world = World::new().await;
    let code = async |token: &str, secret: &str| {
        let (status, answer) = exchange(&world, token, secret).await;
        assert!(matches!(status, 400 | 401), "{status} {answer}");
        answer["error"]["code"].as_i64().unwrap()
    };
    assert_eq!(code(TOKEN, "another secret").await, 1);
    assert_eq!(code("EAAother", SECRET).await, 190);
    assert_eq!(code("", SECRET).await, 100);
    world.sim.set_faults(Faults { renewal_refused: true, ..Faults::default() });
    assert_eq!(code(TOKEN, SECRET).await, 100);
    world.sim.set_token_dead(PHONE, true);
    assert_eq!(code(TOKEN, SECRET).await, 190);
}

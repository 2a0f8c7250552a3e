//! What Meta is told of what was read and who types: once, soon, and never more than a little.

use super::scene::Scene;
use crate::{
    graph::Answer,
    meta::{message_body, put, quiet, text},
    on_both,
    support::{eventually, member},
};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    role::Role,
    team::Settings,
    time::{DAY, SECOND},
};
use serde_json::{Value, json};
use services::{Error, audit, conversations, receipts, sql, team::settings};

const DUE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM receipts WHERE due_at IS NOT NULL";
const OPEN: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM receipts WHERE due_at <= $1 OR due_at > $2";
const PARK: &str = "INSERT INTO parks (workspace_id, number_id, scope, what, code, reason, parked_at)
    VALUES ($1, $2, 'number', '', 1, 'Locked', 1)";

/// What was told once nothing is due.
async fn told(scene: &Scene) -> Vec<Value> {
    scene.services.wakes().wake_receipts();
    eventually(async || match scene.count(DUE).await {
        0 => Ok(scene.graph.requests.lock().unwrap().clone()),
        waiting => Err(format!("{waiting} are due")),
    })
    .await
}

/// Until nothing is due, nor in anybody's hands.
async fn settled(scene: &Scene) {
    scene.services.wakes().wake_receipts();
    eventually(async || {
        let now = scene.now();
        let mut read = scene.services.db().read().await.unwrap();
        match sql!(scalar i64, read.conn(), OPEN, now, now + 30 * SECOND).unwrap() {
            0 => Ok(()),
            open => Err(format!("{open} are open")),
        }
    })
    .await;
}

async fn writes(scene: &Scene, wamid: &str) {
    let mut message = text("4915100000000", wamid, "More");
    message["timestamp"] = json!((scene.now() / 1_000).to_string());
    put(&scene.services, message_body(message)).await;
    quiet(&scene.services).await;
}

async fn set(scene: &Scene, change: impl Fn(Settings) -> Settings) {
    let before = settings::get(&scene.owner).await.unwrap();
    settings::save(&scene.owner, change(before)).await.unwrap();
}

fn read(wamid: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "status": "read", "message_id": wamid })
}

fn types(wamid: &str) -> Value {
    let mut told = read(wamid);
    told["typing_indicator"] = json!({ "type": "text" });
    told
}

on_both! {
    async fn the_newest_message_is_told_of_once(db) {
        let scene = Scene::new(&db, []).await;
        let id = scene.conversations[0];
        writes(&scene, "wamid.more").await;
        conversations::mark_read(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await, [read("wamid.more")]);
        // Whoever reads it once more has read it before.
        conversations::mark_unread(&scene.owner, id).await.unwrap();
        conversations::mark_read(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await.len(), 1);
        writes(&scene, "wamid.last").await;
        let (_, viewer) = member(&scene.services, &scene.owner.workspace().slug, "Vera", Role::Viewer).await;
        conversations::mark_read(&viewer, id).await.unwrap();
        assert_eq!(told(&scene).await.len(), 1);
        conversations::mark_read(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await[1..], [read("wamid.last")]);
    }

    async fn many_are_told_one_after_the_other(db) {
        let scene = Scene::with(&db, 5, []).await;
        for id in &scene.conversations {
            conversations::mark_read(&scene.owner, *id).await.unwrap();
        }
        let mut all: Vec<String> = told(&scene).await.iter().map(|body| body["message_id"].as_str().unwrap().to_owned()).collect();
        all.sort();
        assert_eq!(all, ["wamid.in0", "wamid.in1", "wamid.in2", "wamid.in3", "wamid.in4"]);
    }

    async fn who_types_is_told_every_twenty_seconds(db) {
        let scene = Scene::new(&db, []).await;
        let id = scene.conversations[0];
        for _ in 0..3 {
            receipts::typing(&scene.owner, id).await.unwrap();
        }
        assert_eq!(told(&scene).await, [types("wamid.in0")]);
        scene.pass(19 * SECOND);
        receipts::typing(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await.len(), 1);
        scene.pass(SECOND);
        receipts::typing(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await[1..], [types("wamid.in0")]);
        // That told that it was read, too.
        conversations::mark_read(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await.len(), 2);
        let (_, viewer) = member(&scene.services, &scene.owner.workspace().slug, "Vera", Role::Viewer).await;
        assert!(matches!(receipts::typing(&viewer, id).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        scene.pass(2 * DAY);
        receipts::typing(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await.len(), 2);
    }

    async fn a_workspace_that_wants_none_tells_none(db) {
        let scene = Scene::new(&db, []).await;
        let id = scene.conversations[0];
        set(&scene, |settings| Settings { typing_indicator: false, ..settings }).await;
        receipts::typing(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await, Vec::<Value>::new());
        set(&scene, |settings| Settings { typing_indicator: true, read_receipts: false, ..settings }).await;
        receipts::typing(&scene.owner, id).await.unwrap();
        conversations::mark_read(&scene.owner, id).await.unwrap();
        assert_eq!(told(&scene).await, Vec::<Value>::new());
        let filter = Filter { action: Some(Action::SettingsChanged), ..Filter::default() };
        assert_eq!(audit::list(&scene.owner, &filter, None, 9).await.unwrap().items.len(), 2);
    }

    async fn what_is_too_old_or_stands_still_is_not_told(db) {
        let scene = Scene::with(&db, 2, []).await;
        let mut tx = scene.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), PARK, scene.owner.workspace().id.0, scene.number.0).unwrap();
        tx.commit().await.unwrap();
        conversations::mark_read(&scene.owner, scene.conversations[0]).await.unwrap();
        assert_eq!(told(&scene).await, Vec::<Value>::new());
        scene.set("DELETE FROM parks").await;
        scene.pass(31 * DAY);
        conversations::mark_read(&scene.owner, scene.conversations[1]).await.unwrap();
        assert_eq!(told(&scene).await, Vec::<Value>::new());
    }

    async fn trouble_is_tried_a_little_and_holds_the_number_back(db) {
        let mut scene = Scene::with(&db, 2, [Answer::Break(false), Answer::Refuse(400, 130_429), Answer::Refuse(500, 2)]).await;
        scene.finish().await;
        for id in &scene.conversations {
            conversations::mark_read(&scene.owner, *id).await.unwrap();
        }
        scene.start_sending();
        for tried in 1..=2 {
            settled(&scene).await;
            // One was tried; the other waits with it.
            assert_eq!(scene.graph.seen().len(), tried);
            scene.pass(30 * SECOND);
        }
        settled(&scene).await;
        scene.pass(30 * SECOND);
        let all = told(&scene).await;
        assert!((4..=5).contains(&all.len()), "{all:?}");
        scene.pass(DAY);
        assert_eq!(told(&scene).await.len(), all.len());
    }

    async fn what_meta_refuses_for_good_is_not_tried_again(db) {
        let scene = Scene::new(&db, [Answer::Refuse(400, 100)]).await;
        conversations::mark_read(&scene.owner, scene.conversations[0]).await.unwrap();
        assert_eq!(told(&scene).await.len(), 1);
        scene.pass(DAY);
        assert_eq!(told(&scene).await.len(), 1);
    }
}

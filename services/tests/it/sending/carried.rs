//! What is counted anew because it leaves later than it was counted for.

use super::scene::Scene;
use crate::on_both;
use domain::{message::Status, plan::Plan, time::MINUTE};
use services::{limits, send, sql};

const GIVEN_UP: &str =
    "UPDATE messages SET status = 'dead' WHERE workspace_id = $1 AND id = $2 AND status IN ('queued', 'retry_queued')";
const OUT: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND message_id = $2";
const DUE: &str = "SELECT due_at FROM outbox WHERE workspace_id = $1 AND message_id = $2";

on_both! {
    async fn what_was_given_up_finds_the_minute_full(db) {
        let mut scene = Scene::with(&db, 4, []).await;
        scene.kill();
        let ws = scene.owner.workspace().id.0;
        sql(&scene, "UPDATE workspaces SET warm_up = FALSE WHERE id = $1").await;
        limits::set_plan(&scene.services, &scene.owner.workspace().slug, Plan::Free).await.unwrap();
        scene.pass(MINUTE - scene.now() % MINUTE);
        let mut ids = Vec::new();
        for nth in 0..100 {
            ids.push(scene.reply_to(nth % 4, "hi").await);
        }
        let mut tx = scene.services.db().begin().await.unwrap();
        for id in &ids[..3] {
            sql!(exec tx.conn(), GIVEN_UP, ws, id.0).unwrap();
            sql!(exec tx.conn(), OUT, ws, id.0).unwrap();
        }
        tx.commit().await.unwrap();
        for id in &ids[..2] {
            send::retry_now(&scene.owner, *id).await.unwrap();
            assert_eq!(scene.message(*id).await.status, Status::Queued);
        }
        let next = scene.now() + MINUTE;
        let due = async |nth: usize| {
            let mut read = scene.services.db().read().await.unwrap();
            sql!(scalar i64, read.conn(), DUE, ws, ids[nth].0).unwrap()
        };
        assert_eq!((due(0).await, due(1).await), (next, next));
        // They have their places in the next minute; whoever else asks gets the rest of it.
        scene.pass(MINUTE);
        for nth in 0..98 {
            scene.reply_to(nth % 4, "later").await;
        }
        let (owner, to) = (&scene.owner, scene.conversations[0]);
        let refused = services::conversations::reply(owner, to, services::clock::new_id().into(), "one more").await;
        assert!(matches!(refused, Err(services::Error::Limited(_))), "{refused:?}");
        // Alone in its minute, one goes at once.
        scene.pass(MINUTE);
        send::retry_now(&scene.owner, ids[2]).await.unwrap();
        assert_eq!(due(2).await, scene.now());
    }
}

async fn sql(scene: &Scene, statement: &'static str) {
    let mut tx = scene.services.db().begin().await.unwrap();
    sql!(exec tx.conn(), statement, scene.owner.workspace().id.0).unwrap();
    tx.commit().await.unwrap();
}

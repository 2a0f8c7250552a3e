//! The rate of a pair, through hands that a lane passes through.

use super::scene::Scene;
use crate::on_both;
use domain::{message::Status, time::SECOND};

/// What another process sent to the customer: 44 messages, as tries of one.
const ELSEWHERE: &str = "INSERT INTO send_attempts (workspace_id, message_id, nth, started_at, ended_at, outcome, said)
    WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 45)
    SELECT m.workspace_id, m.id, n.x, 1800000000000, 1800000000000, 'accepted', '' FROM messages m, n WHERE m.direction = 'out'";
/// It had the lane meanwhile, and let go of it.
const MEANWHILE: &str = "UPDATE lanes SET holder = 'other', lease_until = 0";

on_both! {
    async fn a_lane_that_comes_back_knows_what_others_sent(db) {
        let scene = Scene::with(&db, 2, []).await;
        let first = scene.reply_to(0, "1").await;
        scene.until(first, Status::Accepted).await;
        scene.set(ELSEWHERE).await;
        scene.set(MEANWHILE).await;
        let second = scene.reply_to(0, "2").await;
        scene.nothing_more().await;
        assert_eq!(scene.message(second).await.status, Status::Queued);
        let other = scene.reply_to(1, "3").await;
        scene.until(other, Status::Accepted).await;
        scene.pass(6 * SECOND - 1);
        scene.nothing_more().await;
        scene.pass(1);
        scene.until(second, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["1", "3", "2"]);
    }
}

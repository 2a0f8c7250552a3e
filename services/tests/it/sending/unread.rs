//! Reports that are not read yet hold back what Meta may have taken; a delivery that fails does not, for ever.

use super::scene::Scene;
use crate::{
    graph::Answer,
    meta::{put, status, status_body},
    on_both,
};
use domain::{message::Status, time::SECOND};
use services::sql;

on_both! {
    async fn a_delivery_that_failed_holds_nothing_back(db) {
        let mut scene = Scene::new(&db, [Answer::Refuse(500, 131_000)]).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::RetryQueued).await;
        scene.finish().await;
        put(&scene.services, status_body(status("wamid.poison", "delivered"))).await;
        scene.start_sending();
        scene.nothing_more().await;
        // A process that has just begun holds it for as long anyway.
        scene.pass(6 * SECOND);
        scene.nothing_more().await;
        let mut tx = db.db.begin_journal().await.unwrap();
        let failed = "UPDATE deliveries SET attempts = 1, due_at = due_at + 600000 WHERE state = 'pending'";
        sql!(exec tx.conn(), failed).unwrap();
        tx.commit().await.unwrap();
        scene.pass(SECOND);
        scene.until(id, Status::Accepted).await;
    }
}

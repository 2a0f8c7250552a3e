use super::scene::{Scene, another, busiest, rested};
use crate::{graph::Answer, meta::Workers, on_both, support::until_so};
use domain::{message::Status, time::SECOND};
use services::{clock::Clock, jobs::Which};
use std::time::Duration;

const ONLY_SENDS: Which = Which { ingest: false, outbox: true };

on_both! {
    async fn never_above_the_rate(db) {
        let scene = Scene::with(&db, 50, []).await;
        scene.set("UPDATE numbers SET throughput = 20").await;
        let mut last = None;
        for customer in 0..50 {
            last = Some(scene.reply_to(customer, "hi").await);
        }
        scene.until(last.unwrap(), Status::Accepted).await;
        scene.until_seen(50).await;
        let times: Vec<_> = scene.graph.seen().iter().map(|seen| seen.at).collect();
        assert!(busiest(&times) <= 20, "{}", busiest(&times));
        let took = times[49].duration_since(times[0]);
        assert!(took < Duration::from_millis(3_500), "{took:?}");
    }

    /// A process that is killed leaves its lane to another, which begins where no second holds the departures of both.
    async fn a_lane_changes_hands(db) {
        let mut scene = Scene::with(&db, 48, []).await;
        scene.finish().await;
        scene.start_ingest();
        scene.set("UPDATE numbers SET throughput = 20").await;
        let clock = Clock::system();
        let process = || another(&db, &scene.url, clock.clone());
        futures::future::join_all((0..48).map(|customer| scene.reply_to(customer, "hi"))).await;
        // The clocks of the senders run: leases are meant to end.
        scene.set("UPDATE conversations SET window_expires_at = 4000000000000").await;
        scene.set("UPDATE outbox SET due_at = 0").await;
        let (first, next) = (Workers::only(&process(), ONLY_SENDS), process());
        scene.until_seen(15).await;
        let second = (db.db.engine() == "postgres").then(|| Workers::only(&next, ONLY_SENDS));
        scene.until_seen(20).await;
        drop(first);
        let _second = second.unwrap_or_else(|| Workers::only(&next, ONLY_SENDS));
        // What the first one had claimed and not sent is for the tests of crashes.
        let waits = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE status IN ('queued', 'retry_queued')";
        until_so("through", async || scene.count(waits).await == 0).await;
        rested(&next).await;
        let seen = scene.graph.seen();
        let times: Vec<_> = seen.iter().map(|seen| seen.at).collect();
        assert!(busiest(&times) <= 20, "{}", busiest(&times));
        let mut messages: Vec<_> = seen.iter().map(|seen| seen.message.clone()).collect();
        messages.sort();
        messages.dedup();
        assert_eq!(messages.len(), seen.len(), "one was sent twice");
    }

    /// A slowed lane is slower, and recovers.
    async fn a_complaint_slows_down(db) {
        let scene = Scene::with(&db, 30, [Answer::Refuse(429, 130_429)]).await;
        scene.set("UPDATE numbers SET throughput = 40").await;
        let first = scene.reply_to(0, "hi").await;
        scene.until(first, Status::RetryQueued).await;
        for customer in 1..30 {
            scene.reply_to(customer, "hi").await;
        }
        scene.until_seen(30).await;
        let slow: Vec<_> = scene.graph.seen()[1..].iter().map(|seen| seen.at).collect();
        assert!(busiest(&slow) <= 20, "{}", busiest(&slow));
        scene.pass(60 * SECOND);
        scene.until(first, Status::Accepted).await;
        for customer in 0..30 {
            scene.reply_to(customer, "again").await;
        }
        scene.until_seen(61).await;
        let fast: Vec<_> = scene.graph.seen()[31..].iter().map(|seen| seen.at).collect();
        assert!(busiest(&fast) > 20 && busiest(&fast) <= 40, "{}", busiest(&fast));
    }
}

//! The day of a new number, and the customers of a portfolio.

use super::{limited, number_of, scene, send, sql, trusted};
use crate::on_both;
use domain::{
    limits::Limit,
    plan::Plan,
    time::{DAY, HOUR},
};
use services::limits;

on_both! {
    async fn a_new_number_warms_up(db) {
        let scene = scene(&db, Plan::Enterprise, 4).await;
        let (first, refused) = scene.send_all(300).await;
        let refused = refused.unwrap();
        assert_eq!((first, refused.which, refused.limit), (100, Limit::Day, 100));
        assert_eq!((refused.reset_at % DAY, refused.wait), (0, refused.reset_at - scene.clock.now()));
        // Still in its first 24 hours, but on another day. Then, within that day, older than 24 hours.
        let midnight = DAY - scene.clock.now() % DAY;
        scene.clock.advance(midnight);
        assert_eq!(scene.send_all(300).await.0, 100);
        let usage = limits::usage(&scene.owner).await.unwrap();
        assert_eq!((usage.numbers[0].today, usage.numbers[0].per_day), (100, Some(100)));
        scene.clock.advance(DAY - midnight);
        sql(&db, &format!("UPDATE conversations SET window_expires_at = {}", scene.clock.now() + DAY)).await;
        let usage = limits::usage(&scene.owner).await.unwrap();
        assert_eq!((usage.numbers[0].today, usage.numbers[0].per_day), (100, Some(1_000)));
        assert_eq!(scene.send_all(1_200).await.0, 900);
    }

    async fn graphs_word_or_the_workspaces_ends_it(db) {
        let scene = scene(&db, Plan::Enterprise, 4).await;
        assert_eq!(scene.send_all(101).await.0, 100);
        sql(&db, "UPDATE numbers SET messaging_tier = 'TIER_250'").await;
        limited(scene.send(0).await);
        sql(&db, "UPDATE numbers SET messaging_tier = 'TIER_2K'").await;
        scene.send(0).await.unwrap();
        sql(&db, "UPDATE numbers SET messaging_tier = NULL").await;
        limited(scene.send(0).await);
        trusted(&db).await;
        scene.send(0).await.unwrap();
        assert_eq!(number_of(&db, "SELECT sent FROM number_days").await, 102);
    }

    async fn what_may_wait_is_due_tomorrow(db) {
        let scene = scene(&db, Plan::Enterprise, 4).await;
        assert_eq!(scene.send_all(101).await.0, 100);
        let waiting = scene.owner.clone().waiting();
        for nth in 0..120 {
            send(&waiting, scene.conversations[nth % 4]).await.unwrap();
        }
        let day = scene.clock.now() / DAY;
        let due = |at: i64| format!("SELECT COUNT(*) FROM outbox WHERE due_at = {}", (day + at) * DAY);
        assert_eq!((number_of(&db, &due(1)).await, number_of(&db, &due(2)).await), (100, 20));
        scene.clock.advance(DAY - scene.clock.now() % DAY + HOUR);
        limited(scene.send(0).await);
    }

    async fn two_processes_share_a_day(db) {
        let scene = scene(&db, Plan::Enterprise, 4).await;
        let other = scene.other_process(&db).await;
        let mut admitted = 0;
        for nth in 0..120 {
            let ctx = if nth % 2 == 0 { &other } else { &scene.owner };
            admitted += i32::from(send(ctx, scene.conversations[nth % 4]).await.is_ok());
        }
        assert_eq!(admitted, 100);
    }
}

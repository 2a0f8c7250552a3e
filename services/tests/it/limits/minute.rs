//! The workspace's minute.

use super::{Scene, limited, number_of, scene, send, trusted};
use crate::{on_both, support::TestDb};
use domain::{
    limits::Limit,
    plan::Plan,
    time::{MINUTE, SECOND},
};
use services::{Ctx, Error, db::Db};

const USED: &str = "SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM send_leases";

/// Sends `each` by each of the members, sixteen at a time; returns how many were admitted.
async fn together(scene: &Scene, members: &[Ctx], each: usize) -> usize {
    let mut tasks = tokio::task::JoinSet::new();
    for nth in 0..16 {
        let ctx = members[nth % members.len()].clone();
        let mine: Vec<_> = scene.conversations.iter().copied().skip(nth).step_by(16).collect();
        tasks.spawn(async move {
            let mut admitted = 0;
            for n in 0..each {
                match send(&ctx, mine[n % mine.len()]).await {
                    Ok(_) => admitted += 1,
                    Err(Error::Limited(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            admitted
        });
    }
    tasks.join_all().await.into_iter().sum()
}

on_both! {
    async fn sixteen_at_a_time_get_exactly_what_there_is(db) {
        let scene = scene(&db, Plan::Free, 16).await;
        trusted(&db).await;
        assert_eq!(together(&scene, std::slice::from_ref(&scene.owner), 10).await, 100);
        assert_eq!((scene.queued().await, number_of(&db, USED).await), (100, 100));
        let refused = limited(scene.send(0).await);
        assert_eq!((refused.which, refused.limit, refused.remaining), (Limit::Minute, 100, 0));
        assert_eq!((refused.reset_at % MINUTE, refused.wait), (0, refused.reset_at - scene.clock.now()));
    }

    async fn who_asks_for_less_gets_all(db) {
        let scene = scene(&db, Plan::Starter, 16).await;
        trusted(&db).await;
        assert_eq!(together(&scene, std::slice::from_ref(&scene.owner), 5).await, 80);
        assert_eq!(number_of(&db, USED).await, 80);
    }

    async fn a_new_minute_is_a_new_count(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        assert_eq!(scene.send_all(200).await.0, 100);
        let left = MINUTE - scene.clock.now() % MINUTE;
        scene.clock.advance(left - 1);
        limited(scene.send(0).await);
        scene.clock.advance(1);
        assert_eq!(scene.send_all(200).await.0, 100);
        // A clock that is set back finds its minute used up.
        scene.clock.advance(-2 * SECOND);
        assert!(scene.queued().await == 200 && scene.send(0).await.is_err());
    }

    async fn what_is_rolled_back_is_given_back(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        scene.send(0).await.unwrap();
        for nth in 0..300 {
            // Admitted, and then the connection of whoever asked is gone.
            let asking = scene.send(nth);
            let mut asking = std::pin::pin!(asking);
            for _ in 0..nth % 12 {
                if futures::poll!(asking.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let (admitted, _) = scene.send_all(200).await;
        // On both engines a task may have been through before it was dropped: all that stands is what was admitted.
        let queued = scene.queued().await;
        assert_eq!(number_of(&db, USED).await, queued);
        assert_eq!(queued, 100, "{admitted} at the end");
    }

    async fn after_a_restart_the_minute_goes_on(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        assert_eq!(scene.send_all(60).await.0, 60);
        let again = scene.other_process(&db).await;
        let mut admitted = 0;
        while send(&again, scene.conversations[0]).await.is_ok() {
            admitted += 1;
        }
        // What the process before it had leased and not used lies idle: at most a twentieth.
        let lost = if matches!(db.db, Db::Sqlite(_)) { 0 } else { 5 };
        assert!((40 - lost..=40).contains(&admitted), "{admitted}");
    }

    async fn what_may_wait_is_due_in_the_next_minute_with_room(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        assert_eq!(scene.send_all(200).await.0, 100);
        let waiting = scene.owner.clone().waiting();
        for nth in 0..150 {
            send(&waiting, scene.conversations[nth % 4]).await.unwrap();
        }
        let minute = scene.clock.now() / MINUTE;
        let due = |at: i64| format!("SELECT COUNT(*) FROM outbox WHERE due_at = {}", (minute + at) * MINUTE);
        assert_eq!((number_of(&db, &due(1)).await, number_of(&db, &due(2)).await), (100, 50));
        scene.clock.advance(MINUTE);
        limited(scene.send(0).await);
        scene.clock.advance(MINUTE);
        assert_eq!(scene.send_all(200).await.0, 50);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_together_never_send_more() {
    let Some(db) = TestDb::postgres().await else { return };
    let scene = scene(&db, Plan::Free, 16).await;
    trusted(&db).await;
    let other = scene.other_process(&db).await;
    for _ in 0..3 {
        let admitted = together(&scene, &[scene.owner.clone(), other.clone()], 12).await;
        // What one has leased and not used, the other is not given.
        assert!((95..=100).contains(&admitted), "{admitted}");
        scene.clock.advance(MINUTE);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn little_lies_unused() {
    let Some(db) = TestDb::postgres().await else { return };
    let scene = scene(&db, Plan::Pro, 16).await;
    trusted(&db).await;
    let other = scene.other_process(&db).await;
    let idle = "SELECT CAST(MAX(taken) - (SELECT COALESCE(SUM(used), 0) FROM send_leases) AS BIGINT) FROM send_minutes";
    for nth in 0..120 {
        let ctx = if nth % 3 == 0 { &other } else { &scene.owner };
        send(ctx, scene.conversations[nth % 16]).await.unwrap();
        let idle = number_of(&db, idle).await;
        assert!((0..=50).contains(&idle), "{idle} of 1,000 after {nth}");
    }
}

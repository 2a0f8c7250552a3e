use super::scene::Scene;
use crate::{graph::Answer, on_both};
use domain::{
    backoff::SEND,
    message::Status,
    time::{MINUTE, SECOND},
};
use services::send;

on_both! {
    /// Eight tries, each after its wait, then a dead letter with a reason.
    async fn the_whole_schedule_ends_dead(db) {
        let scene = Scene::new(&db, (0..8).map(|_| Answer::Refuse(500, 131_016))).await;
        let id = scene.reply("hi").await;
        for (nth, wait) in (1..).zip(SEND) {
            let message = scene.until_tries(id, nth).await;
            assert_eq!(message.status, Status::RetryQueued);
            let left = message.next_try.unwrap() - scene.now();
            let least = (wait * 8 / 10).max(5 * SECOND);
            assert!((least..=(wait * 12 / 10).max(5 * SECOND)).contains(&left), "{nth}: {left}");
            scene.pass(left - 1);
            scene.nothing_more().await;
            assert_eq!(scene.graph.seen().len(), nth as usize, "not a millisecond early");
            scene.pass(1);
        }
        let dead = scene.until(id, Status::Dead).await;
        assert_eq!((dead.tries, dead.next_try, dead.times.failed), (8, None, Some(scene.now())));
        assert!(dead.error.unwrap().contains("after 8 tries"));
        let tries = send::attempts(&scene.owner, id).await.unwrap();
        assert_eq!(tries.iter().map(|t| t.nth).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        assert!(tries.iter().all(|t| t.outcome == "refused" && t.http == Some(500) && t.code == Some(131_016)));
        assert_eq!(scene.count("SELECT CAST(COUNT(*) AS BIGINT) FROM alerts WHERE kind = 'dead_letters'").await, 1);
        // It surely did not go out: again, with all its tries.
        send::retry_now(&scene.owner, id).await.unwrap();
        assert_eq!(scene.until(id, Status::Accepted).await.tries, 0);
        assert_eq!(scene.graph.seen().len(), 9);
    }

    /// Later messages wait thirty seconds, then they pass, and the earlier one says so.
    async fn thirty_seconds_then_the_next_one_passes(db) {
        let scene = Scene::new(&db, [Answer::Refuse(500, 131_000), Answer::Refuse(500, 131_000), Answer::Refuse(500, 131_000)]).await;
        let first = scene.reply("a").await;
        scene.until_tries(first, 1).await;
        let second = scene.reply("b").await;
        let third = scene.reply("c").await;
        scene.pass(6 * SECOND);
        scene.until_tries(first, 2).await;
        scene.pass(7 * SECOND);
        scene.until_tries(first, 3).await;
        scene.pass(16 * SECOND);
        scene.nothing_more().await;
        assert_eq!(scene.message(second).await.status, Status::Queued);
        scene.pass(SECOND);
        scene.until(third, Status::Accepted).await;
        assert!(scene.until_is(first, "overtaken", |m| m.overtaken).await.status == Status::RetryQueued);
        assert!(!scene.message(second).await.overtaken);
        scene.pass(3 * MINUTE);
        scene.until(first, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["a", "a", "a", "b", "c", "a"]);
    }
}

use super::scene::Scene;
use crate::{graph::Answer, on_both, support::fresh};
use domain::{
    message::Status,
    time::{MINUTE, SECOND},
};
use services::send;

on_both! {
    /// Claimed, and the process died before the request left: nobody can know that, so nothing is repeated.
    async fn claimed_and_not_left(db) {
        let mut scene = Scene::new(&db, []).await;
        scene.finish().await;
        let id = scene.reply("hi").await;
        scene.set("UPDATE messages SET status = 'sending', status_rank = 12 WHERE direction = 'out'").await;
        scene.set("UPDATE outbox SET leased_by = 'gone', lease_until = 1800000030000").await;
        scene.pass(29 * SECOND);
        if db.db.engine() == "postgres" {
            // Another process might still hold it.
            scene.start();
            scene.nothing_more().await;
            assert_eq!(scene.message(id).await.status, Status::Sending);
            scene.pass(2 * SECOND);
        } else {
            scene.start();
        }
        scene.until(id, Status::Unconfirmed).await;
        let tries = send::attempts(&scene.owner, id).await.unwrap();
        assert_eq!((tries.len(), tries[0].outcome.as_str()), (1, "lost"));
        scene.pass(10 * MINUTE);
        scene.until(id, Status::Dead).await;
        assert!(scene.graph.seen().is_empty());
    }

    /// Its request left and the process died before the answer: a status settles it.
    async fn left_and_no_answer(db) {
        let mut scene = Scene::new(&db, [Answer::Held]).await;
        let id = scene.reply("hi").await;
        scene.until_seen(1).await;
        scene.kill();
        scene.pass(36 * SECOND);
        scene.start();
        scene.until(id, Status::Unconfirmed).await;
        scene.report(id, "delivered", None).await;
        assert_eq!(scene.message(id).await.status, Status::Delivered);
        scene.pass(11 * MINUTE);
        scene.nothing_more().await;
        assert_eq!(scene.graph.seen().len(), 1);
    }

    /// Killed with some messages answered, some just sent, some only claimed: each sent once, and in the end settled.
    async fn killed_around_the_answer(db) {
        for requests in [1, 2, 4, 6, 8] {
            let db = fresh(&db).await;
            let mut scene = Scene::with(&db, 8, []).await;
            let mut ids = Vec::new();
            for customer in 0..8 {
                ids.push(scene.reply_to(customer, "hi").await);
            }
            scene.until_seen(requests).await;
            scene.kill();
            scene.pass(36 * SECOND);
            scene.start();
            for id in &ids {
                let message =
                    scene.until_is(*id, "settled", |m| matches!(m.status, Status::Accepted | Status::Unconfirmed)).await;
                let requests = scene.graph.seen().iter().filter(|seen| seen.message == id.to_string()).count();
                assert!(requests <= 1, "{requests} times: {message:?}");
                assert!(requests == 1 || message.status == Status::Unconfirmed);
            }
        }
    }

    /// A process that ends in order puts back what did not leave: nothing of it becomes unconfirmed.
    async fn an_orderly_end_puts_back_what_waits(db) {
        let mut scene = Scene::with(&db, 30, []).await;
        scene.set("UPDATE numbers SET throughput = 20").await;
        let mut ids = Vec::new();
        for customer in 0..30 {
            ids.push(scene.reply_to(customer, "hi").await);
        }
        scene.until_seen(3).await;
        scene.finish().await;
        let left = scene.graph.seen().len();
        assert!(left < 30, "all had left already");
        let queued = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE status = 'queued'";
        assert_eq!(scene.count(queued).await, 30 - i64::try_from(left).unwrap());
        scene.start();
        for id in ids {
            scene.until(id, Status::Accepted).await;
        }
        assert_eq!(scene.graph.seen().len(), 30);
    }
}

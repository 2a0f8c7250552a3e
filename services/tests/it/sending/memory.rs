//! What a process must know of a pair that another one, or it itself before a restart, has written to.

use super::scene::Scene;
use crate::{graph::Answer, on_both};
use domain::{
    message::Status,
    time::{DAY, MINUTE, SECOND},
};

on_both! {
    /// Messages that have waited for days leave at last; a restart does not give the pair another burst.
    async fn old_messages_count_for_their_pair(db) {
        let mut scene = Scene::new(&db, []).await;
        scene.finish().await;
        scene.set("UPDATE conversations SET window_expires_at = 4000000000000").await;
        scene.set("UPDATE workspaces SET warm_up = FALSE").await;
        for n in 0..60 {
            scene.reply(&n.to_string()).await;
        }
        scene.pass(2 * DAY);
        scene.start();
        scene.until_seen(45).await;
        scene.nothing_more().await;
        scene.finish().await;
        scene.start();
        scene.pass(6 * SECOND);
        // It counts from when the process learns of them: that is never too early.
        scene.nothing_more().await;
        assert!(scene.graph.seen().len() <= 46, "{}", scene.graph.seen().len());
        scene.pass(6 * SECOND);
        scene.until_seen(46).await;
        scene.nothing_more().await;
        assert!(scene.graph.seen().len() <= 47, "{}", scene.graph.seen().len());
    }

    /// A pair is left alone for as long as Graph asked, also by a process that was started meanwhile.
    async fn a_pause_outlives_a_restart(db) {
        let mut scene = Scene::new(&db, [Answer::Refuse(500, 131_000), Answer::Refuse(400, 131_056), Answer::Refuse(400, 131_056)]).await;
        let first = scene.reply("1").await;
        scene.until_tries(first, 1).await;
        let second = scene.reply("2").await;
        scene.pass(6 * SECOND);
        scene.until_seen(2).await;
        scene.until(first, Status::RetryQueued).await;
        scene.pass(22 * SECOND);
        scene.until_seen(3).await;
        // At 28 s: the pair rests until 44 s, the first message stalls the second until 30 s.
        scene.until(first, Status::RetryQueued).await;
        scene.finish().await;
        scene.start();
        scene.pass(3 * SECOND);
        scene.nothing_more().await;
        assert_eq!(scene.graph.texts(), ["1", "1", "1"]);
        scene.pass(MINUTE);
        scene.until(second, Status::Accepted).await;
    }
}

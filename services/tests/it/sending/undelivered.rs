//! What Meta took and reports as failed for a reason that passes.

use super::scene::Scene;
use crate::{graph::Answer, on_both, support::TestDb};
use domain::{
    backoff::SEND,
    message::Status,
    time::{DAY, MINUTE, SECOND},
};
use services::{dead, send};

const FIRST: Answer = Answer::Accept;
const SECOND_TRY: Answer = Answer::AcceptAs("wamid.second");

on_both! {
    async fn metas_own_trouble_passes(db) {
        is_tried_again(&db, 131_000, "refused").await;
    }

    async fn so_does_a_busy_number(db) {
        is_tried_again(&db, 130_429, "not_taken").await;
    }

    async fn and_a_busy_customer(db) {
        is_tried_again(&db, 131_056, "not_taken").await;
    }

    async fn unless_it_arrived_after_all(db) {
        let mut scene = Scene::new(&db, []).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::Accepted).await;
        scene.report(id, "failed", Some(131_016)).await;
        assert_eq!(scene.message(id).await.status, Status::RetryQueued);
        scene.report(id, "delivered", None).await;
        assert_eq!(scene.message(id).await.status, Status::Delivered);
        scene.pass(MINUTE);
        scene.nothing_more().await;
        assert_eq!(scene.graph.texts(), ["hi"]);
        scene.finish().await;
    }

    async fn a_report_that_is_faster_than_the_answer(db) {
        let mut scene = Scene::new(&db, [Answer::Held, SECOND_TRY]).await;
        let id = scene.reply("hi").await;
        scene.until_seen(1).await;
        scene.report(id, "failed", Some(131_000)).await;
        assert_eq!(scene.message(id).await.status, Status::Sending);
        scene.graph.release();
        scene.until(id, Status::RetryQueued).await;
        scene.report(id, "failed", Some(131_000)).await;
        assert_eq!(scene.message(id).await.tries, 1);
        scene.pass(6 * SECOND);
        scene.until(id, Status::Accepted).await;
        scene.finish().await;
    }

    async fn whose_answer_was_lost(db) {
        let mut scene = Scene::new(&db, [Answer::Break(true), SECOND_TRY]).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::Unconfirmed).await;
        scene.report(id, "failed", Some(131_000)).await;
        assert_eq!(scene.message(id).await.status, Status::RetryQueued);
        scene.pass(6 * SECOND);
        scene.until(id, Status::Accepted).await;
        scene.finish().await;
    }

    async fn until_its_tries_are_used_up(db) {
        let names = ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"];
        let mut scene = Scene::new(&db, names.map(Answer::AcceptAs)).await;
        let id = scene.reply("hi").await;
        for (nth, wamid) in names.into_iter().enumerate() {
            scene.until(id, Status::Accepted).await;
            scene.report_as(wamid, id, "failed", Some(131_000)).await;
            if let Some(wait) = SEND.get(nth) {
                assert_eq!(scene.message(id).await.status, Status::RetryQueued);
                scene.pass((wait * 12 / 10).max(6 * SECOND));
            }
        }
        let dead = scene.message(id).await;
        assert_eq!((dead.status, dead.tries), (Status::Dead, 8));
        assert!(dead.error.unwrap().starts_with("Given up after 8 tries."));
        assert_eq!(dead::list(&scene.owner, &domain::dead::Filter::default(), None, 50).await.unwrap().items.len(), 1);
        scene.finish().await;
    }

    async fn what_is_for_good_stays_failed(db) {
        let mut scene = Scene::new(&db, []).await;
        for code in [131_026, 131_049, 190, 131_050] {
            let id = scene.reply("hi").await;
            scene.until(id, Status::Accepted).await;
            scene.report(id, "failed", Some(code)).await;
            assert_eq!(scene.message(id).await.status, Status::Failed, "{code}");
        }
        scene.pass(DAY / 48);
        scene.nothing_more().await;
        scene.finish().await;
    }
}

/// Reported as failed with `code`, and what its record of tries calls that.
async fn is_tried_again(db: &TestDb, code: i64, word: &str) {
    let mut scene = Scene::new(db, [FIRST, SECOND_TRY]).await;
    let id = scene.reply("hi").await;
    scene.until(id, Status::Accepted).await;
    scene.report(id, "sent", None).await;
    scene.report(id, "failed", Some(code)).await;
    let waits = scene.message(id).await;
    assert_eq!((waits.status, waits.tries), (Status::RetryQueued, 1), "{code}");
    assert!(waits.error.is_some() && waits.next_try.is_some());
    assert_eq!((waits.times.accepted, waits.times.sent), (None, None));
    // The report is repeated, and an older one comes late.
    scene.report(id, "failed", Some(code)).await;
    scene.report(id, "sent", None).await;
    assert_eq!(scene.message(id).await, waits);
    scene.pass(4 * SECOND);
    scene.nothing_more().await;
    scene.pass(2 * SECOND);
    scene.until(id, Status::Accepted).await;
    // Still about the first try.
    scene.report(id, "failed", Some(code)).await;
    assert_eq!(scene.message(id).await.status, Status::Accepted);
    let tries = send::attempts(&scene.owner, id).await.unwrap();
    let outcomes: Vec<_> = tries.iter().map(|one| (one.nth, one.outcome.as_str(), one.code)).collect();
    assert_eq!(outcomes, [(1, "accepted", None), (2, word, Some(code)), (3, "accepted", None)]);
    assert_eq!(scene.graph.texts(), ["hi", "hi"]);
    scene.finish().await;
}

//! What becomes of a message for each class of answer.

use super::scene::Scene;
use crate::{
    graph::Answer,
    meta::quiet,
    on_both,
    support::{connect, fresh},
};
use domain::{
    message::Status,
    team::Settings,
    time::{MINUTE, SECOND},
};
use services::{Error, numbers, send, team::settings};

const OUTBOX: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox";

on_both! {
    async fn throttling_uses_up_no_try_and_slows_the_lane_down(db) {
        let scene = Scene::new(&db, [Answer::Refuse(400, 130_429)]).await;
        let id = scene.reply("hi").await;
        let message = scene.until(id, Status::RetryQueued).await;
        assert_eq!(message.tries, 0);
        assert!(message.next_try.unwrap() >= scene.now() + SECOND);
        let slowed = "SELECT slowed_to FROM lanes";
        assert_eq!(scene.count(slowed).await, 40);
        scene.nothing_more().await;
        scene.pass(2 * SECOND);
        scene.until(id, Status::Accepted).await;
        let tries = send::attempts(&scene.owner, id).await.unwrap();
        let said: Vec<_> = tries.iter().map(|t| (t.nth, t.outcome.as_str(), t.http, t.code)).collect();
        assert_eq!(said, [(1, "not_taken", Some(400), Some(130_429)), (2, "accepted", Some(200), None)]);
        // What Meta calls it is known from then on.
        let (wamid, same) = send::history(&scene.owner, id).await.unwrap();
        assert!(wamid.is_some_and(|wamid| wamid.starts_with("wamid.")));
        assert_eq!(same, tries);
    }

    async fn retry_after_is_kept(db) {
        let scene = Scene::new(&db, [Answer::Busy(429, 4, 90)]).await;
        let id = scene.reply("hi").await;
        let message = scene.until(id, Status::RetryQueued).await;
        assert_eq!(message.next_try.unwrap(), scene.now() + 90 * SECOND);
    }

    async fn a_pair_waits_alone(db) {
        let scene = Scene::with(&db, 2, [Answer::Refuse(400, 131_056)]).await;
        let first = scene.reply_to(0, "a").await;
        let message = scene.until(first, Status::RetryQueued).await;
        assert_eq!((message.tries, message.next_try), (0, Some(scene.now() + 4 * SECOND)));
        let behind = scene.reply_to(0, "b").await;
        let other = scene.reply_to(1, "c").await;
        scene.until(other, Status::Accepted).await;
        assert_eq!(scene.message(behind).await.status, Status::Queued);
        scene.graph.script([Answer::Refuse(400, 131_056)]);
        scene.pass(4 * SECOND);
        let message = scene.until_is(first, "16 s", |m| m.next_try == Some(scene.now() + 16 * SECOND)).await;
        assert_eq!(message.tries, 0);
        assert_eq!(scene.count("SELECT CAST(COUNT(*) AS BIGINT) FROM lanes WHERE slowed_to IS NOT NULL").await, 0);
        scene.pass(16 * SECOND);
        scene.until(behind, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["a", "c", "a", "a", "b"]);
    }

    async fn refused_for_now_is_tried_again_after_five_seconds(db) {
        let scene = Scene::new(&db, [Answer::Refuse(500, 131_000)]).await;
        let id = scene.reply("hi").await;
        let message = scene.until(id, Status::RetryQueued).await;
        assert_eq!((message.tries, message.next_try), (1, Some(scene.now() + 5 * SECOND)));
        scene.pass(4_999);
        scene.nothing_more().await;
        scene.pass(1);
        scene.until(id, Status::Accepted).await;
    }

    async fn refused_for_now_is_not_tried_again_once_a_status_proves_it(db) {
        let scene = Scene::new(&db, [Answer::RefuseTaken(500, 131_000)]).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::RetryQueued).await;
        scene.report(id, "delivered", None).await;
        let message = scene.message(id).await;
        assert_eq!((message.status, message.next_try, message.error), (Status::Delivered, None, None));
        scene.pass(MINUTE);
        scene.nothing_more().await;
        assert_eq!(scene.count(OUTBOX).await, 0);
    }

    /// "500, but sent", then a crash: the report is taken in when the process comes back, and stands behind others. And while
    /// nobody was there, Meta's report may be on its way once more.
    async fn refused_for_now_waits_until_the_reports_are_read(db) {
        let mut scene = Scene::new(&db, [Answer::RefuseTaken(500, 131_000)]).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::RetryQueued).await;
        scene.finish().await;
        scene.pass(MINUTE);
        scene.start_sending();
        scene.pass(4 * SECOND);
        scene.nothing_more().await;
        scene.take_in(id, "delivered", None).await;
        scene.pass(MINUTE);
        scene.nothing_more().await;
        scene.finish().await;
        scene.start();
        quiet(&scene.services).await;
        assert_eq!(scene.message(id).await.status, Status::Delivered);
        scene.pass(MINUTE);
        scene.nothing_more().await;
    }

    async fn an_unconfirmed_message_is_held_after_ten_minutes(db) {
        let scene = Scene::new(&db, [Answer::Break(true)]).await;
        let id = scene.reply("hi").await;
        let message = scene.until(id, Status::Unconfirmed).await;
        assert_eq!(message.next_try, Some(scene.now() + 10 * MINUTE));
        scene.pass(10 * MINUTE - 1);
        scene.nothing_more().await;
        assert_eq!(scene.message(id).await.status, Status::Unconfirmed);
        scene.pass(1);
        let dead = scene.until(id, Status::Dead).await;
        assert!(dead.error.unwrap().contains("never confirmed"));
        assert!(matches!(send::retry_now(&scene.owner, id).await, Err(Error::Conflict(why)) if why.contains("twice")));
        // It had arrived after all.
        scene.report(id, "read", None).await;
        assert_eq!(scene.message(id).await.status, Status::Read);
        assert_eq!(scene.graph.texts(), ["hi"]);
    }

    async fn or_as_soon_as_the_process_was_told(db) {
        let scene = Scene::new(&db, [Answer::Break(true)]).await;
        scene.services.give_up_unconfirmed_after(30 * SECOND);
        let id = scene.reply("hi").await;
        let message = scene.until(id, Status::Unconfirmed).await;
        assert_eq!(message.next_try, Some(scene.now() + 30 * SECOND));
        scene.pass(30 * SECOND - 1);
        scene.nothing_more().await;
        assert_eq!(scene.message(id).await.status, Status::Unconfirmed);
        scene.pass(1);
        let dead = scene.until(id, Status::Dead).await;
        assert!(dead.error.unwrap().contains("never confirmed"));
    }

    async fn or_sent_once_more_where_the_workspace_wants_that(db) {
        let scene = Scene::new(&db, [Answer::Break(false), Answer::Break(false)]).await;
        let now = settings::get(&scene.owner).await.unwrap();
        assert!(!now.resend_unconfirmed, "held, where nobody says otherwise");
        let wanted = Settings { resend_unconfirmed: true, ..now };
        assert_eq!(settings::save(&scene.owner, wanted.clone()).await.unwrap(), wanted);
        assert_eq!(settings::get(&scene.owner).await.unwrap(), wanted);
        let id = scene.reply("hi").await;
        scene.until(id, Status::Unconfirmed).await;
        scene.pass(10 * MINUTE);
        scene.until_seen(2).await;
        scene.until(id, Status::Unconfirmed).await;
        scene.pass(10 * MINUTE);
        scene.until(id, Status::Dead).await;
        assert_eq!(scene.graph.seen().len(), 2, "once");
    }

    async fn a_refused_token_parks_the_lane_and_a_new_one_goes_on_in_order(db) {
        let scene = Scene::with(&db, 2, [Answer::Refuse(401, 190)]).await;
        let first = scene.reply_to(0, "1").await;
        scene.until_is(first, "said", |m| m.error.is_some()).await;
        let mut ids = Vec::new();
        for n in 2..6 {
            ids.push(scene.reply_to(n % 2, &n.to_string()).await);
        }
        scene.nothing_more().await;
        let parks = send::parks(&scene.owner).await.unwrap();
        assert_eq!((parks.len(), parks[0].scope, parks[0].code), (1, send::Scope::Token, Some(190)));
        assert_eq!(scene.count("SELECT CAST(COUNT(*) AS BIGINT) FROM alerts WHERE kind = 'access_token_refused'").await, 1);
        numbers::connect(&scene.services, &scene.owner.workspace().slug, connect(crate::meta::PHONE, "new")).await.unwrap();
        scene.until(first, Status::Accepted).await;
        for id in &ids {
            assert_eq!(scene.until(*id, Status::Accepted).await.tries, 0);
        }
        let texts = scene.graph.texts();
        let of = |customer: [&str; 3]| texts[1..].iter().filter(|t| customer.contains(&t.as_str())).cloned().collect::<Vec<_>>();
        assert_eq!((of(["1", "2", "4"]), of(["3", "5", ""])), (vec!["1".into(), "2".into(), "4".into()], vec!["3".into(), "5".into()]));
        assert!(send::parks(&scene.owner).await.unwrap().is_empty());
    }

    async fn a_blocked_number_waits_until_it_is_resumed(db) {
        let scene = Scene::new(&db, [Answer::Refuse(403, 131_031)]).await;
        let id = scene.reply("hi").await;
        let message = scene.until_is(id, "said", |m| m.error.is_some()).await;
        assert_eq!((message.status, message.tries), (Status::Queued, 0));
        scene.pass(MINUTE);
        scene.nothing_more().await;
        send::resume(&scene.owner, scene.number, send::Scope::Number, "").await.unwrap();
        scene.until(id, Status::Accepted).await;
        let again = send::resume(&scene.owner, scene.number, send::Scope::Number, "").await;
        assert!(matches!(again, Err(Error::Domain(domain::Error::NotFound))));
    }

    async fn a_blocked_country_leaves_the_others_alone(db) {
        let scene = Scene::with(&db, 1, [Answer::Refuse(403, 130_497)]).await;
        let id = scene.reply("hi").await;
        scene.until_is(id, "said", |m| m.error.is_some()).await;
        let parks = send::parks(&scene.owner).await.unwrap();
        assert_eq!((parks[0].scope, parks[0].what.as_str()), (send::Scope::Country, "49"));
        scene.pass(2 * MINUTE);
        scene.nothing_more().await;
        send::resume(&scene.owner, scene.number, send::Scope::Country, "49").await.unwrap();
        scene.until(id, Status::Accepted).await;
    }

    async fn a_failed_status_parks_as_well(db) {
        let scene = Scene::new(&db, []).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::Accepted).await;
        scene.report(id, "failed", Some(131_042)).await;
        assert_eq!(scene.message(id).await.status, Status::Failed);
        assert_eq!(send::parks(&scene.owner).await.unwrap()[0].scope, send::Scope::Number);
        let next = scene.reply("later").await;
        scene.nothing_more().await;
        assert_eq!(scene.message(next).await.status, Status::Queued);
    }

    async fn permanent_refusals_fail_at_once(db) {
        for code in [131_026, 131_047, 131_049, 131_050, 131_051, 132_000] {
            let db = fresh(&db).await;
            let scene = Scene::new(&db, [Answer::Refuse(400, code)]).await;
            let id = scene.reply("hi").await;
            let failed = scene.until(id, Status::Failed).await;
            assert!(failed.error.unwrap().len() > 20, "{code}");
            assert_eq!(scene.count(OUTBOX).await, 0);
        }
    }
}

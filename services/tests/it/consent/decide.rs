//! What it does, and in which order things count.

use super::{CUSTOMER, START, at, one, opted_out, says, scene};
use crate::{
    meta::{PHONE, WABA, body, change, entry, quiet, value},
    on_both,
    support::number,
};
use domain::{
    audit::Filter,
    conversation::View,
    id::MessageId,
    message::{Direction, Status},
    opt_out::{Scope, Settings, Source, What},
    plan::Plan,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value, json};
use services::{audit, clock::new_id, consent, conversations, limits, sql};

const LAST_DUE: &str = "SELECT MAX(due_at) FROM outbox WHERE workspace_id = $1";
const MARKETING: &str = "UPDATE outbox SET marketing = TRUE WHERE workspace_id = $1 AND message_id = $2";

on_both! {
    async fn stop_ends_everything_and_start_begins_again(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "Hello").await;
        let id = scene.row().await.id;
        scene.reply(id).await.unwrap();
        scene.hears("w2", -50, "Stop. 🛑").await;

        let row = scene.row().await;
        assert_eq!((row.opted_out_at, row.unread), (Some(START - 50_000), 1));
        let texts = Settings::default();
        assert_eq!(scene.out().await, [
            ("Good morning".to_owned(), Status::Cancelled),
            (texts.stopped_text.clone(), Status::Queued),
        ]);
        let thread = conversations::thread(&scene.owner, id).await.unwrap();
        let of = |words: &str| thread.messages.iter().find(|message| message.text == words).unwrap();
        assert_eq!(of("Good morning").error.as_deref(), Some("The contact opted out before this was sent."));
        // The confirmation is all that waits, and goes out knowingly.
        assert_eq!((scene.waiting(false).await, scene.waiting(true).await), (1, 1));
        assert!(opted_out(scene.reply(id).await));
        assert_eq!(scene.waiting(false).await, 1);

        let history = scene.history(row.contact.id).await;
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].what, history[0].source), (What::OptedOut, Source::Keyword));
        assert_eq!(history[0].said.as_deref(), Some("Stop. 🛑"));
        assert_eq!(history[0].message, Some(of("Stop. 🛑").id));
        assert_eq!(history[0].actor, None);

        scene.hears("w3", -40, "START").await;
        assert_eq!(scene.row().await.opted_out_at, None);
        assert_eq!(scene.out().await.last(), Some(&(texts.started_text, Status::Queued)));
        scene.reply(id).await.unwrap();
        let filter = Filter { resource: Some(row.contact.id.0), ..Filter::default() };
        let trail = audit::list(&scene.owner, &filter, None, 10).await.unwrap().items;
        let actions: Vec<_> = trail.iter().map(|entry| (entry.action.as_str(), entry.actor.name.as_str())).collect();
        assert_eq!(actions, [("consent.given", "System"), ("consent.withdrawn", "System")]);
    }

    async fn a_confirmation_waits_for_a_minute_with_room(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "Hello").await;
        let id = scene.row().await.id;
        limits::set_plan(&scene.services, &scene.owner.workspace().slug, Plan::Free).await.unwrap();
        let mut tx = scene.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE workspaces SET warm_up = FALSE WHERE id = $1", scene.owner.workspace().id.0).unwrap();
        tx.commit().await.unwrap();
        scene.services.clock().advance(MINUTE - scene.services.clock().now() % MINUTE);
        for _ in 0..100 {
            scene.reply(id).await.unwrap();
        }
        scene.hears("w2", 1, "STOP").await;
        let out = scene.out().await;
        assert_eq!(out.last(), Some(&(Settings::default().stopped_text, Status::Queued)));
        let mut read = scene.services.db().read().await.unwrap();
        let due: i64 = sql!(scalar i64, read.conn(), LAST_DUE, scene.owner.workspace().id.0).unwrap();
        assert_eq!(due, scene.services.clock().now() + MINUTE);
    }

    async fn a_repeated_delivery_changes_nothing(db) {
        let scene = scene(&db).await;
        let stop = |n: i64| {
            let mut message = says(CUSTOMER, "stop", -60, "STOP");
            message["nth"] = json!(n);
            one(message)
        };
        scene.put(stop(1)).await;
        scene.put(stop(2)).await;
        scene.hears("start", -50, "START").await;
        // Meta delivers the first one once more, a day later.
        scene.services.clock().advance(HOUR);
        scene.put(stop(3)).await;
        assert_eq!(scene.since().await, None);
        assert_eq!(scene.out().await.len(), 2);
        assert_eq!(scene.history(scene.contact(CUSTOMER).await.id).await.len(), 2);
    }

    async fn a_second_stop_is_not_confirmed_again(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "STOP").await;
        scene.hears("w2", -50, "I said stop").await;
        scene.hears("w3", -40, "UNSUBSCRIBE").await;
        assert_eq!(scene.out().await.len(), 1);
        assert_eq!(scene.history(scene.contact(CUSTOMER).await.id).await.len(), 2);
        assert_eq!(scene.since().await, Some(START - 40_000));
    }

    async fn the_newest_word_counts_whatever_comes_last(db) {
        let scene = scene(&db).await;
        let words = [("a", 10, "STOP"), ("b", 20, "START"), ("c", 30, "STOP"), ("d", 30, "START")];
        let mut orders = vec![vec![]];
        for n in 0..words.len() {
            orders = orders.into_iter().flat_map(|order: Vec<usize>| (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, n);
                longer
            })).collect();
        }
        assert_eq!(orders.len(), 24);
        for (nth, order) in orders.iter().enumerate() {
            let from = format!("49151{nth:08}");
            for (seen, place) in order.iter().enumerate() {
                let (name, seconds, said) = words[*place];
                // The last two are of one moment: the opt-out counts.
                scene.put(one(says(&from, &format!("w.{nth}.{name}"), seconds - 100, said))).await;
                let newest = order[..=seen].iter().map(|place| (words[*place].1, words[*place].2 == "STOP")).max();
                let expected = newest.unwrap().1;
                assert_eq!(scene.contact(&from).await.opted_out_at.is_some(), expected, "{order:?} after {seen}");
            }
            assert_eq!(scene.history(scene.contact(&from).await.id).await.len(), 4);
        }
    }

    async fn of_one_second_the_opt_out_counts(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "STOP").await;
        let contact = scene.contact(CUSTOMER).await.id;
        scene.services.clock().advance(700);
        consent::record(&scene.owner, contact, What::OptedIn, None).await.unwrap();
        assert_eq!(scene.since().await, None);
        // Meta writes whole seconds: it may have been said after what was recorded.
        scene.hears("w2", 0, "STOP").await;
        assert_eq!(scene.since().await, Some(START));
        scene.hears("w3", 0, "START").await;
        assert_eq!(scene.since().await, Some(START));
        // What is decided now counts before everything that is known, in the same second too.
        consent::record(&scene.owner, contact, What::OptedIn, None).await.unwrap();
        assert_eq!(scene.since().await, None);
        consent::record(&scene.owner, contact, What::OptedOut, None).await.unwrap();
        assert!(scene.since().await.is_some());
    }

    async fn whoever_holds_one_of_the_ids_is_opted_out(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "Hello").await;
        let id = scene.row().await.id;
        scene.reply(id).await.unwrap();
        let with = |ids: Value, wamid: &str, seconds: i64, words: &str| {
            let mut message = json!({"id": wamid, "timestamp": at(seconds), "type": "text", "text": {"body": words}});
            message.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
            one(message)
        };
        scene.put(with(json!({"from_user_id": "US.1"}), "w2", -50, "Hi")).await;
        scene.put(with(json!({"from": CUSTOMER, "from_user_id": "US.1"}), "w3", -40, "STOP")).await;

        let rows = conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows;
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.opted_out_at == Some(START - 40_000)));
        assert_eq!(scene.out().await, [("Good morning".to_owned(), Status::Cancelled)]);
        assert!(opted_out(scene.reply(id).await));
        // They wrote in the other conversation, and are answered there.
        let other = rows.iter().find(|row| row.id != id).unwrap();
        let thread = conversations::thread(&scene.owner, other.id).await.unwrap();
        let answers = thread.messages.iter().filter(|message| message.direction == Direction::Out);
        assert_eq!(answers.count(), 1);
    }

    async fn a_batch_ends_with_its_confirmations(db) {
        let scene = scene(&db).await;
        number(&scene.services, &scene.owner.workspace().slug, "106540352242933").await;
        let customers: Vec<String> = (0..8).map(|n| format!("49151{n:08}")).collect();
        for round in 0..4_i64 {
            let seconds = -100 + 10 * round;
            let change_of = |phone: &str, words: [&str; 2]| {
                let messages = customers.iter().flat_map(|from| words.into_iter().zip(0..).map(move |(words, n)| {
                    says(from, &format!("{phone}.{from}.{round}.{n}"), seconds + n, words)
                }));
                change(value(phone, messages.collect(), vec![]))
            };
            let changes = vec![change_of("106540352242933", ["STOP", "Hm"]), change_of(PHONE, ["Hello", "START"])];
            let rows = conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows;
            let replies: Vec<_> = rows.into_iter().map(|row| {
                let owner = scene.owner.clone();
                tokio::spawn(async move { conversations::reply(&owner, row.id, MessageId(new_id()), "Still there?").await })
            }).collect();
            crate::meta::put(&scene.services, body(vec![entry(WABA, changes)])).await;
            for reply in replies {
                if let Err(error) = reply.await.unwrap() {
                    assert!(matches!(error, services::Error::Domain(domain::Error::OptedOut)), "{error:?}");
                }
            }
            quiet(&scene.services).await;
        }
        let rows = conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows;
        assert_eq!(rows.len(), 16);
        assert!(rows.iter().all(|row| row.opted_out_at.is_none()));
        // Each was told both, every time.
        for row in rows.into_iter().step_by(7) {
            let texts = [Settings::default().stopped_text, Settings::default().started_text];
            let thread = conversations::thread(&scene.owner, row.id).await.unwrap();
            assert_eq!(thread.messages.iter().filter(|message| texts.contains(&message.text)).count(), 4);
        }
    }

    async fn marketing_only_leaves_answers_alone(db) {
        let scene = scene(&db).await;
        consent::save(&scene.owner, Settings { scope: Scope::Marketing, ..Settings::default() }).await.unwrap();
        scene.hears("w1", -60, "Hello").await;
        let id = scene.row().await.id;
        let campaign = scene.reply(id).await.unwrap().id;
        let mut tx = scene.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), MARKETING, scene.owner.workspace().id.0, campaign.0).unwrap();
        tx.commit().await.unwrap();
        scene.reply(id).await.unwrap();
        scene.hears("w2", -50, "STOP").await;
        let states: Vec<_> = scene.out().await.into_iter().map(|(_, status)| status).collect();
        assert_eq!(states, [Status::Cancelled, Status::Queued, Status::Queued]);
        scene.reply(id).await.unwrap();
        assert!(scene.since().await.is_some());
    }

    async fn who_writes_again_may_be_answered_knowingly(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "STOP").await;
        let id = scene.row().await.id;
        let answer = async || {
            conversations::reply_despite_opt_out(&scene.owner, id, MessageId(new_id()), "On Friday").await
        };
        assert!(opted_out(answer().await), "they have not written since");
        scene.hears("w2", -50, "When does my parcel come?").await;
        assert!(opted_out(scene.reply(id).await), "nobody said that they know");
        let sent = answer().await.unwrap();
        assert_eq!(scene.waiting(true).await, 2);
        let trail = audit::list(&scene.owner, &Filter::default(), None, 3).await.unwrap().items;
        let mut actions: Vec<_> = trail.iter().map(|entry| entry.action.as_str()).collect();
        actions[..2].sort_unstable();
        assert_eq!(actions[..2], ["consent.set_aside", "message.sent"]);
        // Still opted out, and once more it is final.
        scene.hears("w3", -40, "stop!").await;
        assert!(opted_out(answer().await));
        let thread = conversations::thread(&scene.owner, id).await.unwrap();
        let status = thread.messages.iter().find(|message| message.id == sent.id).unwrap().status;
        assert_eq!(status, Status::Cancelled, "it waits, and whoever says stop after asking wants no answer either");
    }

    async fn an_old_stop_is_not_answered_outside_the_window(db) {
        let scene = scene(&db).await;
        scene.services.clock().advance(2 * DAY);
        scene.hears("w1", 0, "STOP").await;
        assert!(scene.since().await.is_some());
        assert_eq!(scene.out().await, []);
    }

    async fn a_clock_ahead_of_ours_does_not_confuse(db) {
        let scene = scene(&db).await;
        let early = |wamid: &str, seconds: i64, words: &str| {
            let mut message = says(CUSTOMER, wamid, 0, words);
            message["timestamp"] = json!(at(seconds));
            one(message)
        };
        scene.put(early("w1", 3_600, "STOP")).await;
        assert_eq!(scene.since().await, Some(START));
        let contact = scene.contact(CUSTOMER).await.id;
        // Recorded now, though Meta's clock has not come that far.
        consent::record(&scene.owner, contact, What::OptedIn, None).await.unwrap();
        assert_eq!(scene.since().await, None);
        scene.put(early("w2", 3_599, "STOP")).await;
        assert_eq!(scene.since().await, None);
    }
}

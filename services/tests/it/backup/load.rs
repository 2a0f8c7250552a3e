//! A backup that is taken while deliveries come in and answers go out.

use super::{Ask, Shelf, count, execute, on, open, open_later, sound, words};
use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, stamp, status_body, text, until},
    on_both,
    support::{eventually, number, place, workspace},
};
use domain::{
    conversation::View,
    id::{ConversationId, MessageId},
};
use serde_json::{Value, json};
use services::{Ctx, Services, clock::new_id, conversations, db::Db, search, stats::stats};
use std::collections::BTreeSet;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Deliveries that a writer is ahead of the workers; then it waits for them.
const AHEAD: u64 = 200;

/// Writes deliveries, and answers, until told to stop.
struct Writers {
    stop: CancellationToken,
    put: watch::Receiver<u64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writers {
    fn start(services: &Services, owner: &Ctx, conversation: ConversationId) -> Self {
        let (count, put_so_far) = watch::channel(0_u64);
        let stop = CancellationToken::new();
        let (stopped, here) = (stop.clone(), services.clone());
        let deliveries = tokio::spawn(async move {
            for nth in 0_u64.. {
                if stopped.is_cancelled() {
                    return;
                }
                // Twenty customers, each with tabs, line ends and quotes of their own.
                let said = format!("line {nth}\n\twith \\N and \"quotes\" ’");
                put(&here, message_body(text(&format!("49151{:05}", nth % 20), &format!("wamid.load.{nth}"), &said)))
                    .await;
                // Acknowledged: from here on it must not be lost.
                count.send_replace(nth + 1);
                while processed(&here).await + AHEAD < nth {
                    tokio::task::yield_now().await;
                }
            }
        });
        let (mut put, owner) = (put_so_far.clone(), owner.clone());
        let answers = tokio::spawn(async move {
            // One for what came since the last one, as long as something comes.
            while put.changed().await.is_ok() {
                let key = MessageId(new_id());
                conversations::reply(&owner, conversation, key, "an answer").await.unwrap();
            }
        });
        Self { stop, put: put_so_far, tasks: vec![deliveries, answers] }
    }

    fn put(&self) -> u64 {
        *self.put.borrow()
    }

    async fn finish(self) -> u64 {
        self.stop.cancel();
        for task in self.tasks {
            task.await.unwrap();
        }
        *self.put.borrow()
    }
}

async fn processed(services: &Services) -> u64 {
    u64::try_from(stats(services).await.unwrap().messages.inbound).unwrap()
}

/// The wamids in the bodies of deliveries that are done.
async fn done(db: &Db) -> BTreeSet<String> {
    let cast = if db.engine() == "sqlite" { "CAST(body AS TEXT)" } else { "convert_from(body, 'UTF8')" };
    let bodies = words(db, &format!("SELECT {cast} FROM deliveries WHERE state = 'done'")).await;
    let wamid = |body: String| {
        let body: Value = serde_json::from_str(&body).unwrap();
        body["entry"][0]["changes"][0]["value"]["messages"][0]["id"].as_str().unwrap().to_owned()
    };
    bodies.into_iter().map(wamid).collect()
}

on_both! {
    async fn what_is_restored_is_whole_and_goes_on(db) {
        let (services, _) = on(db.db.clone(), []).await;
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        // A new number may send a hundred messages a day.
        execute(&db.db, "UPDATE workspaces SET warm_up = FALSE").await;
        let workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.first", "Hello"))).await;
        until(&services, "the customer's message is there", |s| s.messages.inbound == 1).await;
        let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        let writers = Writers::start(&services, &owner, conversation);
        until(&services, "there is something to save", |s| s.messages.inbound > 200 && s.messages.outbound.queued > 20).await;

        let shelf = Shelf::new();
        let before = writers.put();
        let manifest = shelf.take(&db.db).await;
        // So many were acknowledged before; more came while it was written.
        assert!(manifest.rows("deliveries") >= before, "{} of {before}", manifest.rows("deliveries"));
        assert!(writers.put() > before, "nobody waited for it");
        writers.finish().await;
        workers.finish().await;
        services.close().await;

        let place = place(&db).await;
        let restored = shelf.restore(&place.url, Ask::default()).await.unwrap();
        assert_eq!(restored.manifest, manifest);
        assert_eq!(restored.secrets.1, 0, "the same key opens them");
        let (services, graph) = open_later(&place).await;
        let db = services.db().clone();
        sound(&db).await;
        for table in ["messages", "contacts", "conversations", "members", "users", "numbers", "deliveries", "secrets"] {
            let rows = count(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, i64::try_from(manifest.rows(table)).unwrap(), "{table}");
            assert!(rows > 0, "{table}");
        }
        let inbound: BTreeSet<String> =
            words(&db, "SELECT wamid FROM messages WHERE direction = 'in'").await.into_iter().collect();
        let lost: Vec<String> = done(&db).await.difference(&inbound).cloned().collect();
        assert!(lost.is_empty(), "done, and without effect: {lost:?}");

        // What waited then is held, and goes out to nobody.
        assert!(restored.held > 0);
        let held = count(&db, "SELECT COUNT(*) FROM messages WHERE status = 'dead'").await;
        assert_eq!(held, i64::try_from(restored.held).unwrap());
        assert_eq!(count(&db, "SELECT COUNT(*) FROM outbox").await, 0);
        let owner = services.ctx(owner.user(), &owner.workspace().slug).await.unwrap();
        let workers = Workers::start(&services);
        quiet(&services).await;
        let known: BTreeSet<String> =
            words(&db, "SELECT wamid FROM messages WHERE direction = 'in'").await.into_iter().collect();
        let missing: Vec<u64> = (0..before).filter(|nth| !known.contains(&format!("wamid.load.{nth}"))).collect();
        assert!(missing.is_empty(), "acknowledged before the backup, and gone: {missing:?}");

        // The workspace goes on: a delivery comes in, an answer goes out, and it is the only one.
        put(&services, message_body(text("4915112345678", "wamid.after", "Are you back?"))).await;
        until(&services, "it came in", |s| s.messages.inbound > known.len().try_into().unwrap()).await;
        let key = MessageId(new_id());
        conversations::reply(&owner, conversation, key, "We are.").await.unwrap();
        eventually(async || match graph.texts().as_slice() {
            [only] if only == "We are." => Ok(()),
            other => Err(format!("{other:?}")),
        }).await;

        // What was written before the backup is found, once, and so is what came after the restore.
        for (words, hits) in [("Hello", 1), ("Are you back", 1)] {
            eventually(async || {
                let found = search::start(&owner, words).await.unwrap().messages.items.len();
                if found == hits { Ok(()) } else { Err(format!("{words}: {found} found")) }
            })
            .await;
        }

        // What Meta reports of one that is held after all, settles it.
        let id = MessageId(words_id(&db).await);
        let report = json!({"id": format!("wamid.{id}"), "status": "delivered", "timestamp": stamp(0),
            "biz_opaque_callback_data": id.to_string()});
        put(&services, status_body(report)).await;
        until(&services, "it is settled", |s| s.messages.outbound.delivered == 1).await;
        let left = count(&db, "SELECT COUNT(*) FROM messages WHERE status = 'dead'").await;
        assert_eq!(left, held - 1);
        workers.finish().await;
        services.close().await;
    }

    async fn row_ids_and_odd_values_survive(db) {
        for (key, value) in [("a", "one"), ("b", "gone"), ("c", "tab\\t \\\\N 'quote' €")] {
            execute(&db.db, &format!("INSERT INTO settings (key, value) VALUES ('{key}', '{}')", value.replace('\'', "''"))).await;
        }
        execute(&db.db, "DELETE FROM settings WHERE key = 'b'").await;
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        let place = place(&db).await;
        shelf.restore(&place.url, Ask::default()).await.unwrap();
        let (services, _) = open(&place).await;
        assert_eq!(words(services.db(), "SELECT value FROM settings ORDER BY key").await, ["one", "tab\\t \\\\N 'quote' €"]);
        if db.db.engine() == "sqlite" {
            // What is searched in refers to rows by these.
            let ids = "SELECT CAST(rowid AS TEXT) FROM settings ORDER BY key";
            assert_eq!(words(services.db(), ids).await, words(&db.db, ids).await);
            assert_eq!(words(services.db(), ids).await, ["1", "3"]);
        }
        services.close().await;
    }
}

async fn words_id(db: &Db) -> uuid::Uuid {
    let cast = if db.engine() == "sqlite" { "lower(hex(id))" } else { "CAST(id AS TEXT)" };
    let found = words(db, &format!("SELECT {cast} FROM messages WHERE status = 'dead' ORDER BY id")).await;
    found[0].parse().unwrap()
}

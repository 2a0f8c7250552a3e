//! What a restore changes, and what it leaves alone.

use super::{Ask, Shelf, count, execute, on, open, words};
use crate::{
    graph::Answer,
    meta::{PHONE, Workers, message_body, put, text, until},
    on_both,
    support::{START, TestDb, number, place, workspace},
};
use domain::{conversation::View, id::MessageId, message::Status};
use services::{
    Ctx,
    backup::{self, Files},
    clock::new_id,
    conversations, dead,
    jobs::Which,
};
use std::fs;

/// A workspace in which one answer waits.
async fn waiting(db: &TestDb) -> (Ctx, domain::id::ConversationId, MessageId) {
    let (services, _) = on(db.db.clone(), [Answer::Accept]).await;
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    put(&services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
    until(&services, "it came in", |s| s.messages.inbound == 1).await;
    let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    let key = MessageId(new_id());
    conversations::reply(&owner, conversation, key, "It waits").await.unwrap();
    workers.finish().await;
    (owner, conversation, key)
}

on_both! {
    async fn what_waited_is_held_and_says_why(db) {
        let (owner, conversation, key) = waiting(&db).await;
        let user = words(&db.db, "SELECT email FROM users").await;
        assert_eq!(user.len(), 1);
        let hash = if db.db.engine() == "sqlite" { "x'01'" } else { "'\\x01'" };
        execute(&db.db, &format!("INSERT INTO sessions (id_hash, user_id, data, user_agent, created_at, last_seen_at, expires_at)
            SELECT {hash}, id, '', '', 0, 0, {} FROM users", START * 2)).await;
        // No worker has told Meta of it.
        conversations::mark_unread(&owner, conversation).await.unwrap();
        conversations::mark_read(&owner, conversation).await.unwrap();
        assert_eq!(count(&db.db, "SELECT COUNT(*) FROM receipts WHERE due_at IS NOT NULL").await, 1);
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        assert_eq!(count(&db.db, "SELECT COUNT(*) FROM outbox").await, 1, "a backup changes nothing");
        let place = place(&db).await;
        let restored = shelf.restore(&place.url, Ask::default()).await.unwrap();
        assert_eq!(restored.held, 1);

        let (services, graph) = open(&place).await;
        assert_eq!(count(services.db(), "SELECT COUNT(*) FROM sessions").await, 0, "everybody signs in again");
        assert_eq!(count(services.db(), "SELECT COUNT(*) FROM receipts WHERE due_at IS NOT NULL").await, 0);
        let owner = services.ctx(owner.user(), &owner.workspace().slug).await.unwrap();
        let thread = conversations::thread(&owner, conversation).await.unwrap();
        let message = thread.messages.iter().find(|message| message.id == key).unwrap();
        assert_eq!(message.status, Status::Dead);
        assert!(message.error.as_deref().unwrap().contains("when the backup was made"), "{:?}", message.error);
        assert_eq!(thread.row.preview.unwrap().status, Status::Dead);
        let letters = dead::list(&owner, &domain::dead::Filter::default(), None, 10).await.unwrap();
        assert!(letters.items.len() == 1 && letters.items[0].may_arrive_twice());
        assert!(dead::retry(&owner, letters.items[0].id, dead::Retry::Once).await.is_err(), "not blindly");
        let actions = words(services.db(), "SELECT action FROM audit_entries ORDER BY at, id").await;
        assert!(actions.contains(&"settings.workspace_restored".to_owned()), "{actions:?}");
        let workers = Workers::start(&services);
        dead::retry(&owner, letters.items[0].id, dead::Retry::MayArriveTwice).await.unwrap();
        until(&services, "it went out", |s| s.messages.outbound.accepted == 1).await;
        assert_eq!(graph.texts(), ["It waits"]);
        workers.finish().await;
        services.close().await;
    }

    async fn a_move_goes_on_sending(db) {
        waiting(&db).await;
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        let place = place(&db).await;
        let ask = Ask { nothing_sent_since: true, ..Ask::default() };
        assert_eq!(shelf.restore(&place.url, ask).await.unwrap().held, 0);
        let (services, graph) = open(&place).await;
        let workers = Workers::start(&services);
        until(&services, "it went out", |s| s.messages.outbound.accepted == 1).await;
        assert_eq!(graph.texts(), ["It waits"]);
        workers.finish().await;
        services.close().await;
    }

    async fn media_come_along(db) {
        let shelf = Shelf::new();
        let media = shelf.path("media");
        fs::create_dir_all(media.join("ab")).unwrap();
        fs::write(media.join("ab").join("one"), vec![7; 3_000_000]).unwrap();
        fs::write(media.join("empty"), []).unwrap();
        fs::write(media.join("ab").join("two#1"), "half").unwrap();
        let file = shelf.path("b.parlance");
        let manifest = backup::take(&db.db, &file, Files::Folder(&media), START).await.unwrap().0;
        assert_eq!(manifest.files(), 2, "what is being written still is not in it");
        let there = place(&db).await;
        shelf.restore(&there.url, Ask::default()).await.unwrap();
        let restored = shelf.path("restored-media");
        assert_eq!(fs::read(restored.join("ab").join("one")).unwrap(), vec![7; 3_000_000]);
        assert_eq!(fs::read(restored.join("empty")).unwrap(), b"");
        assert!(!restored.join("ab").join("two#1").exists());
        let error = shelf.restore(&place(&db).await.url, Ask::default()).await.unwrap_err();
        assert!(error.to_string().contains("holds files already"), "{error}");
    }
}

/// The journal is copied first: what was retried, or died, a moment later is made good.
#[tokio::test]
async fn the_journal_is_made_to_fit() {
    let db = TestDb::sqlite().await;
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    for (id, body) in [(1, "retried since"), (2, "dead still")] {
        execute(
            &db.db,
            &format!(
                "INSERT INTO deliveries (id, body_hash, body, received_at, state, attempts, due_at, reason, finished_at)
                VALUES ({id}, x'0{id}', CAST('{body}' AS BLOB), 1, 'dead', 9, 1, 'gave up', {START})"
            ),
        )
        .await;
    }
    let workspace = owner.workspace().id.0.simple().to_string();
    for delivery in [2, 5_000] {
        execute(
            &db.db,
            &format!(
                "INSERT INTO dead_letters (id, workspace_id, delivery_id, unreadable, reason, received_at, died_at)
                VALUES (randomblob(16), x'{workspace}', {delivery}, FALSE, 'gave up', 1, {START})"
            ),
        )
        .await;
    }
    let shelf = Shelf::new();
    shelf.take(&db.db).await;
    let place = place(&db).await;
    shelf.restore(&place.url, Ask::default()).await.unwrap();
    let (services, _) = open(&place).await;
    assert_eq!(words(services.db(), "SELECT state FROM deliveries ORDER BY id").await, ["pending", "dead"]);
    put(&services, b"{}".to_vec()).await;
    let newest = count(services.db(), "SELECT MAX(id) FROM deliveries").await;
    assert!(newest > 5_000, "{newest} was given to another delivery already");
    services.close().await;
}

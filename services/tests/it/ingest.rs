//! From a webhook body to conversations, with everything that goes wrong on the way.

use crate::{
    meta::{
        PHONE, WABA, Workers, body, change, entry, message_body, put, quiet, stamp, status, status_body, text, until,
        value,
    },
    on_both,
    support::{TestDb, connect, member, number, until_so, workspace},
};
use domain::{conversation::View, role::Role, time::DAY};
use serde_json::json;
use services::{conversations, jobs::purge::purge, members, numbers, sql, stats::stats};

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    let mut read = db.db.read().await.unwrap();
    sql!(scalar i64, read.conn(), sql).unwrap()
}

async fn count_deliveries(db: &TestDb, sql: &'static str) -> i64 {
    let mut read = db.db.read_journal().await.unwrap();
    sql!(scalar i64, read.conn(), sql).unwrap()
}

on_both! {
    async fn a_text_becomes_a_conversation(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.1", "Guten Tag"))).await;
        until(&services, "the message is there", |s| s.messages.inbound == 1).await;
        let inbox = conversations::inbox(&owner, View::All, None).await.unwrap();
        let row = &inbox.rows[0];
        assert_eq!((row.contact.name.as_str(), row.unread), ("Customer 4915112345678", 1));
        assert_eq!(row.contact.phone.as_deref(), Some("+4915112345678"));
        let thread = conversations::thread(&owner, row.id).await.unwrap();
        assert_eq!(thread.messages[0].text, "Guten Tag");
        workers.finish().await;
    }

    async fn a_batch_of_50_by_3_by_2(db) {
        let services = db.services();
        let first = workspace(&services, "First").await;
        let second = workspace(&services, "Second").await;
        number(&services, &first.workspace().slug, "111").await;
        number(&services, &second.workspace().slug, "222").await;
        let _workers = Workers::start(&services);
        let changes = |phone: &str| (0..3).map(|c| {
            let messages = (0..50).map(|m| text(&format!("49151{m:08}"), &format!("wamid.{phone}.{c}.{m}"), "hi")).collect();
            change(value(phone, messages, vec![]))
        }).collect::<Vec<_>>();
        put(&services, body(vec![entry("1", changes("111")), entry("2", changes("222"))])).await;
        let stats = quiet(&services).await;
        assert_eq!((stats.messages.inbound, stats.contacts, stats.conversations), (300, 100, 100));
        for ctx in [&first, &second] {
            assert_eq!(conversations::inbox(ctx, View::All, None).await.unwrap().counts.all, 50);
        }
    }

    async fn the_same_message_twenty_times_at_once(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        // The same body, and the same message in bodies that differ.
        let bodies = (0..20).map(|n| {
            let mut message = text("4915112345678", "wamid.same", "once");
            if n % 2 == 0 { message["extra"] = json!(n); }
            message_body(message)
        });
        let puts = bodies.map(|body| { let services = services.clone(); tokio::spawn(async move { put(&services, body).await }) });
        for put in puts.collect::<Vec<_>>() { put.await.unwrap(); }
        let stats = quiet(&services).await;
        assert_eq!((stats.messages.inbound, stats.deliveries.done), (1, 11));
        let inbox = conversations::inbox(&owner, View::All, None).await.unwrap();
        assert_eq!(inbox.rows[0].unread, 1);
    }

    async fn ten_messages_at_once_from_a_new_contact(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        let puts: Vec<_> = (0..10).map(|n| {
            let services = services.clone();
            tokio::spawn(async move { put(&services, message_body(text("4915112345678", &format!("wamid.{n}"), "x"))).await })
        }).collect();
        for put in puts { put.await.unwrap(); }
        let stats = quiet(&services).await;
        assert_eq!((stats.messages.inbound, stats.conversations, stats.contacts), (10, 1, 1));
    }

    async fn a_number_that_nobody_connected_waits(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let _workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.1", "early"))).await;
        until(&services, "it waits", |s| s.deliveries.pending == 1 && s.messages.inbound == 0).await;
        let waiting = "SELECT CAST(COUNT(*) AS BIGINT) FROM deliveries WHERE state = 'waiting'";
        until_so("put aside", async || count_deliveries(&db, waiting).await > 0).await;
        numbers::connect(&services, &owner.workspace().slug, connect(PHONE, "t")).await.unwrap();
        until(&services, "it is processed", |s| s.messages.inbound == 1 && s.deliveries.done == 1).await;
    }

    async fn a_customer_without_a_phone_number(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        let hidden = |wamid: &str, wa_id: Option<&str>| {
            let mut message = json!({"from_user_id": "US.1", "id": wamid, "timestamp": stamp(9), "type": "text", "text": {"body": "hi"}});
            let mut contact = json!({"user_id": "US.1", "profile": {"name": "Sheena"}});
            if let Some(wa_id) = wa_id { message["from"] = json!(wa_id); contact["wa_id"] = json!(wa_id); }
            let mut value = value(PHONE, vec![message], vec![]);
            value["contacts"] = json!([contact]);
            body(vec![entry(WABA, vec![change(value)])])
        };
        put(&services, hidden("wamid.1", None)).await;
        quiet(&services).await;
        let row = conversations::inbox(&owner, View::All, None).await.unwrap().rows.remove(0);
        assert_eq!((row.contact.name.as_str(), row.contact.phone), ("Sheena", None));
        // The number becomes known: still the same contact and conversation.
        put(&services, hidden("wamid.2", Some("16505551234"))).await;
        let stats = quiet(&services).await;
        assert_eq!((stats.contacts, stats.conversations), (1, 1));
        let row = conversations::inbox(&owner, View::All, None).await.unwrap().rows.remove(0);
        assert_eq!(row.contact.phone.as_deref(), Some("+16505551234"));
    }

    async fn other_kinds_are_kept_and_shown_as_unsupported(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(json!({"from": "4915112345678", "id": "w", "timestamp": stamp(1), "type": "hologram", "hologram": {"id": "7"}}))).await;
        put(&services, body(vec![entry(WABA, vec![json!({"field": "account_update", "value": {"event": "PARTNER_ADDED"}})])])).await;
        quiet(&services).await;
        let row = conversations::inbox(&owner, View::All, None).await.unwrap().rows.remove(0);
        let thread = conversations::thread(&owner, row.id).await.unwrap();
        assert_eq!((thread.messages[0].kind, thread.messages[0].text.as_str()), (domain::message::Kind::Unsupported, "hologram"));
        assert_eq!(count(&db, "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE raw LIKE '%\"7\"%'").await, 1);
        assert_eq!(count(&db, "SELECT CAST(COUNT(*) AS BIGINT) FROM platform_events").await, 1);
    }

    /// A body that the database refuses holds up nobody, is tried on schedule, and ends dead with its reason.
    async fn a_poison_delivery(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let poison = match &db.db {
            services::db::Db::Sqlite(_) => "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.body = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END",
            services::db::Db::Postgres(_) => "ALTER TABLE messages ADD CONSTRAINT poison CHECK (body <> 'poison')",
        };
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), poison).unwrap();
        tx.commit().await.unwrap();
        for n in 0..30 {
            let word = if n == 13 { "poison" } else { "fine" };
            put(&services, message_body(text(&format!("49151{n:08}"), &format!("wamid.{n}"), word))).await;
        }
        let workers = Workers::start(&services);
        until(&services, "the others are through", |s| s.messages.inbound == 29 && s.deliveries.done == 29).await;
        for (tries, wait) in (1..).zip(domain::backoff::DELIVERY) {
            let tried = "SELECT CAST(MAX(attempts) AS BIGINT) FROM deliveries";
            until_so("tried", async || count_deliveries(&db, tried).await >= tries).await;
            assert_eq!(stats(&services).await.unwrap().deliveries.dead, 0);
            services.clock().advance(wait);
            services.wakes().wake_ingest();
        }
        let stats = until(&services, "it is dead", |s| s.deliveries.dead == 1).await;
        assert_eq!((stats.deliveries.done, stats.deliveries.pending), (29, 0));
        let mut read = db.db.read_journal().await.unwrap();
        let reason = sql!(scalar String, read.conn(), "SELECT reason FROM deliveries WHERE state = 'dead'").unwrap();
        assert!(reason.contains("poison"), "{reason}");
        workers.finish().await;
    }

    async fn what_is_not_a_webhook_is_dead_at_once_and_kept(db) {
        let services = db.services();
        let _workers = Workers::start(&services);
        for body in [b"\xff\xfe".to_vec(), b"[]".to_vec(), b"{}".to_vec()] {
            put(&services, body).await;
        }
        let stats = quiet(&services).await;
        assert_eq!((stats.deliveries.dead, stats.deliveries.done), (3, 0));
        assert_eq!(count_deliveries(&db, "SELECT CAST(COUNT(*) AS BIGINT) FROM deliveries WHERE body IS NOT NULL").await, 3);
    }

    async fn new_conversations_go_round(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (rohan, _) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (lucia, _) = member(&services, &slug, "Lucia", Role::Agent).await;
        let (away, absent) = member(&services, &slug, "Away", Role::Agent).await;
        members::set_available(&absent, false).await.unwrap();
        set_round_robin(&db).await;
        let _workers = Workers::start(&services);
        for n in 0..4 {
            put(&services, message_body(text(&format!("4915100000{n}"), &format!("wamid.{n}"), "x"))).await;
            quiet(&services).await;
        }
        let rows = conversations::inbox(&owner, View::All, None).await.unwrap().rows;
        let of = |id| rows.iter().filter(|row| row.assignee == Some(id)).count();
        assert_eq!((of(rohan.member.id), of(lucia.member.id), of(away.member.id)), (2, 2, 0));
        // The next conversation of a contact goes to the same agent.
        let first = rows.iter().find(|row| row.contact.phone.as_deref() == Some("+49151000000")).unwrap();
        conversations::close(&owner, first.id).await.unwrap();
        put(&services, message_body(text("49151000000", "wamid.again", "x"))).await;
        quiet(&services).await;
        let again = conversations::inbox(&owner, View::All, None).await.unwrap().rows;
        let again = again.iter().find(|row| row.contact.id == first.contact.id).unwrap();
        assert_ne!(again.id, first.id);
        assert_eq!(again.assignee, first.assignee);
        // A repeat of an old message opens nothing.
        conversations::close(&owner, again.id).await.unwrap();
        let mut repeat = text("49151000000", "wamid.again", "x");
        repeat["extra"] = json!(1);
        put(&services, message_body(repeat)).await;
        quiet(&services).await;
        assert_eq!(conversations::inbox(&owner, View::All, None).await.unwrap().counts.all, 3);
    }

    async fn statuses_wait_for_their_message_and_expire(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        put(&services, status_body(status("wamid.unknown", "delivered"))).await;
        assert_eq!(quiet(&services).await.statuses_parked, 1);
        services.clock().advance(DAY + 1);
        purge(&services).await.unwrap();
        assert_eq!(stats(&services).await.unwrap().statuses_parked, 0);
    }

    async fn bodies_go_after_seven_days_and_keys_after_eight(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.1", "x"))).await;
        quiet(&services).await;
        workers.finish().await;
        let bodies = "SELECT CAST(COUNT(body) AS BIGINT) FROM deliveries";
        let keys = "SELECT CAST(COUNT(*) AS BIGINT) FROM deliveries";
        services.clock().advance(7 * DAY - 1);
        purge(&services).await.unwrap();
        assert_eq!(count_deliveries(&db, bodies).await, 1);
        services.clock().advance(2);
        purge(&services).await.unwrap();
        assert_eq!((count_deliveries(&db, bodies).await, count_deliveries(&db, keys).await), (0, 1));
        services.clock().advance(DAY);
        purge(&services).await.unwrap();
        assert_eq!(count_deliveries(&db, keys).await, 0);
    }

    /// A process that dies between the effects and the mark leaves the delivery to be done once more: nothing changes.
    async fn done_twice_is_done_once(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let workers = Workers::start(&services);
        put(&services, body(vec![entry(WABA, vec![
            change(value(PHONE, vec![text("4915112345678", "wamid.1", "x"), text("4915112345678", "wamid.2", "y")], vec![status("wamid.q", "sent")])),
            json!({"field": "flows", "value": {"a": 1}}),
        ])])).await;
        quiet(&services).await;
        let before = conversations::inbox(&owner, View::All, None).await.unwrap();
        let mut tx = db.db.begin_journal().await.unwrap();
        sql!(exec tx.conn(), "UPDATE deliveries SET state = 'pending', finished_at = NULL").unwrap();
        tx.commit().await.unwrap();
        services.wakes().wake_ingest();
        until(&services, "it is done again", |s| s.deliveries.done == 1).await;
        assert_eq!(conversations::inbox(&owner, View::All, None).await.unwrap(), before);
        assert_eq!(count(&db, "SELECT CAST(COUNT(*) AS BIGINT) FROM platform_events").await, 1);
        workers.finish().await;
    }
}

async fn set_round_robin(db: &TestDb) {
    let mut tx = db.db.begin().await.unwrap();
    sql!(exec tx.conn(), "UPDATE workspaces SET assignment_rule = 'round_robin'").unwrap();
    tx.commit().await.unwrap();
}

/// Every payload of the shared corpus, when it is there: none may end dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shared_corpus() {
    let folder = crate::support::crate_folder().join("../../shared/meta/payloads");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: the shared corpus is not here");
        return;
    };
    let db = TestDb::sqlite().await;
    let services = db.services();
    let _workers = Workers::start(&services);
    let mut bodies = 0;
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let is_webhook = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok_and(|json| json["entry"].is_array());
        if is_webhook {
            put(&services, bytes).await;
            bodies += 1;
        }
    }
    assert!(bodies > 100, "{bodies}");
    // Nobody connected their numbers: those with one wait, the rest is done, none is dead.
    let waiting = "SELECT CAST(COUNT(*) AS BIGINT) FROM deliveries WHERE state = 'pending'";
    until_so("through", async || count_deliveries(&db, waiting).await == 0).await;
    let stats = stats(&services).await.unwrap();
    assert_eq!(stats.deliveries.dead, 0);
}

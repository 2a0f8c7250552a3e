//! Who opened what, and what happens when it does not open.

use crate::{
    graph::FakeGraph,
    meta::{PHONE, Workers, message_body, put, text, until},
    support::{START, TestDb, connect, eventually, number, until_so, vault, workspace},
};
use domain::{
    conversation::View,
    id::{MessageId, NumberId},
    message::Status,
    time::{DAY, MINUTE, Millis},
};
use services::{
    Error, Options, Services, alerts,
    clock::{Clock, new_id},
    conversations, doctor, numbers,
    send::Graph,
    sql,
    vault::{self, MasterKey, Purpose, Vault},
};

const ROWS: &str = "SELECT purpose, minute, outcome, times FROM secret_access WHERE kind = 'access_token'
    ORDER BY minute, purpose, outcome";
const REASON: &str = "SELECT reason FROM secret_access WHERE outcome = 'failed'";
const REFUSED: &str = "SELECT COUNT(*) FROM audit_entries WHERE workspace_id = $1 AND action = 'secret.refused'";
const WAITING: &str = "SELECT due_at FROM outbox WHERE lease_until = 0 ORDER BY due_at";

fn wrong_key() -> Vault {
    Vault::new(MasterKey::from_hex(&"b6".repeat(32)).unwrap())
}

async fn rows(services: &Services) -> Vec<(String, Millis, String, i64)> {
    // Waits for whoever is writing.
    vault::flush(services).await.unwrap();
    let mut read = services.db().read().await.unwrap();
    sql!(all(String, Millis, String, i64), read.conn(), ROWS).unwrap()
}

fn row(purpose: &str, minute: Millis, outcome: &str, times: i64) -> (String, Millis, String, i64) {
    (purpose.to_owned(), minute, outcome.to_owned(), times)
}

async fn with_graph(db: &TestDb, vault: Vault) -> (Services, FakeGraph) {
    let (graph, url) = FakeGraph::start([]).await;
    let graph_api = Graph::new(&url, "v25.0").unwrap();
    let options = Options { clock: Clock::fixed(START), vault, graph: graph_api, mailer: None };
    (Services::new(db.db.clone(), options), graph)
}

crate::on_both! {
    async fn openings_are_counted_by_purpose_and_minute(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let id = number(&services, &one.workspace().slug, "1001").await;
        let ws = one.workspace().id;
        let open = |purpose| {
            let services = services.clone();
            async move { numbers::token(&services, ws, id, purpose).await.unwrap() }
        };
        for _ in 0..3 {
            open(Purpose::Send).await;
        }
        open(Purpose::Check).await;
        let first = [row("check", START, "opened", 1), row("send", START, "opened", 3)];
        assert_eq!(rows(&services).await, first);
        assert_eq!(rows(&services).await, first, "written once");
        services.clock().advance(MINUTE - 1);
        open(Purpose::Send).await;
        services.clock().advance(1);
        open(Purpose::Send).await;
        // Another process counts into the same row.
        let other = db.services_with(services.clock().clone(), vault());
        numbers::token(&other, ws, id, Purpose::Send).await.unwrap();
        vault::flush(&other).await.unwrap();
        let later = row("send", START + MINUTE, "opened", 2);
        assert_eq!(rows(&services).await, [first[0].clone(), row("send", START, "opened", 4), later.clone()]);

        services.clock().advance(90 * DAY);
        vault::purge(&services).await.unwrap();
        assert_eq!(rows(&services).await, [later]);
        services.clock().advance(MINUTE);
        vault::purge(&services).await.unwrap();
        assert_eq!(rows(&services).await, []);
    }

    async fn a_secret_that_does_not_open_is_told_at_once(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let id = number(&services, &one.workspace().slug, "1001").await;
        let ws = one.workspace().id;
        let wrong = db.services_with(Clock::fixed(START), wrong_key());
        for _ in 0..3 {
            assert!(matches!(numbers::token(&wrong, ws, id, Purpose::Send).await, Err(Error::Unavailable)));
        }
        assert_eq!(rows(&wrong).await, [row("send", START, "failed", 3)]);
        let mut read = db.db.read().await.unwrap();
        let reason = sql!(scalar String, read.conn(), REASON).unwrap();
        assert!(reason.contains("TOKEN_MASTER_KEY") && !reason.contains("EAA"), "{reason}");
        assert!((1..=3).contains(&sql!(scalar i64, read.conn(), REFUSED, ws.0).unwrap()));
        assert_eq!(alerts::unread(&one).await.unwrap(), 1);
        let locked = vault::locked(&one).await.unwrap();
        assert_eq!(locked.iter().map(|l| (l.number, l.since)).collect::<Vec<_>>(), [(id, START)]);

        // Whoever looks with the wrong key finds the same; whoever has the right one lets it go.
        assert_eq!(vault::look_again(&wrong, false).await.unwrap(), 1);
        assert_eq!(vault::look_again(&services, false).await.unwrap(), 0);
        assert_eq!(vault::locked(&one).await.unwrap(), []);
    }

    async fn a_command_with_the_wrong_key_raises_no_alarm(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        number(&services, &one.workspace().slug, "1001").await;
        let wrong = db.services_with(Clock::fixed(START), wrong_key());
        let report = doctor::report(&wrong).await;
        assert!(report.iter().any(|c| c.name == "number 1001" && c.state == doctor::State::Bad), "{report:?}");
        assert_eq!(rows(&wrong).await, []);
        assert_eq!(alerts::unread(&one).await.unwrap(), 0);
        assert_eq!(vault::locked(&one).await.unwrap(), []);
    }

    async fn with_the_wrong_key_messages_come_in_and_replies_wait(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let id: NumberId = number(&services, &owner.workspace().slug, PHONE).await;
        let (wrong, graph) = with_graph(&db, wrong_key()).await;
        let owner = wrong.ctx(owner.user(), &owner.workspace().slug).await.unwrap();
        let workers = Workers::start(&wrong);
        put(&wrong, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
        until(&wrong, "the customer's message is there", |s| s.messages.inbound == 1).await;
        let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        let mut replies = Vec::new();
        for text in ["one", "two"] {
            replies.push(conversations::reply(&owner, conversation, MessageId(new_id()), text).await.unwrap().id);
        }
        eventually(async || {
            let mut read = db.db.read().await.unwrap();
            let due = sql!(scalars Millis, read.conn(), WAITING).unwrap();
            drop(read);
            // Nothing is moved: the number's lane is what waits.
            let waits = due.len() == 2 && !vault::locked(&owner).await.unwrap().is_empty();
            if waits { Ok(()) } else { Err(format!("{due:?}")) }
        })
        .await;
        let thread = conversations::thread(&owner, conversation).await.unwrap();
        let states: Vec<_> = thread.messages.iter().filter(|m| replies.contains(&m.id)).map(|m| m.status).collect();
        assert_eq!(states, [Status::Queued, Status::Queued]);
        assert!(graph.requests.lock().unwrap().is_empty());
        assert_eq!(vault::locked(&owner).await.unwrap()[0].number, id);
        workers.finish().await;

        // The key is back: nobody has to send again, and nobody waits for the next try.
        let (right, graph) = with_graph(&db, vault()).await;
        let owner = right.ctx(owner.user(), &owner.workspace().slug).await.unwrap();
        let workers = Workers::start(&right);
        until_so("sent, both of them", async || graph.requests.lock().unwrap().len() >= 2).await;
        assert_eq!(graph.texts(), ["one", "two"]);
        assert_eq!(vault::locked(&owner).await.unwrap(), []);
        workers.finish().await;
    }

    async fn tokens_grow_old(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let id = number(&services, &one.workspace().slug, "1001").await;
        services.clock().advance(90 * DAY);
        assert_eq!(vault::stale_tokens(&services).await.unwrap(), []);
        services.clock().advance(DAY);
        let stale = vault::stale_tokens(&services).await.unwrap();
        assert_eq!(stale.iter().map(|t| (t.number, t.days(services.clock().now()))).collect::<Vec<_>>(), [(id, 91)]);
        for _ in 0..2 {
            assert_eq!(vault::raise_stale(&services).await.unwrap(), 1);
        }
        assert_eq!(alerts::unread(&one).await.unwrap(), 1);
        let report = doctor::report(&services).await;
        assert!(report.iter().any(|c| c.state == doctor::State::Warn && c.text.contains("91 days")), "{report:?}");
        numbers::connect(&services, &one.workspace().slug, connect("1001", "EAAnewer")).await.unwrap();
        assert_eq!(vault::stale_tokens(&services).await.unwrap(), []);
    }
}

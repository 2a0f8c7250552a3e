//! Dead letters: what dies is shown to its workspace, and can be retried, changed, or let go of.

mod pause;
mod seen;
mod words;

use crate::{
    graph::FakeGraph,
    meta::{PHONE, Workers, message_body, put, quiet, text, until},
    on_both,
    support::{START, TestDb, member, number, until_so, vault, workspace},
};
use domain::{
    alert,
    audit::{Action, Filter as Entries},
    conversation::View,
    dead::{Filter, Kind, Letter, Reason},
    id::{ConversationId, MessageId},
    message::Status,
    role::Role,
    time::{DAY, MINUTE},
};
use serde_json::json;
use services::{
    Ctx, Error, Options, Services, alerts, audit,
    clock::{Clock, new_id},
    conversations,
    dead::{self, Retry},
    jobs, queues,
    send::Graph,
    sql,
};

const DEAD: &str =
    "UPDATE messages SET status = 'dead', status_rank = 14, failed_at = $3, error_text = 'Given up after 7 tries.'
    WHERE workspace_id = $1 AND id = $2";
const OUT: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND message_id = $2";
const WANTED: &str = "INSERT INTO media (workspace_id, id, number_id, state, due_at, lease_until, created_at)
    VALUES ($1, $2, $3, 'wanted', $4, $5, $4)";
const TRY: &str =
    "INSERT INTO send_attempts (workspace_id, message_id, nth, started_at, ended_at, outcome, http, code, said)
    VALUES ($1, $2, 1, $3, $4, $5, 500, 131000, 'Something went wrong.')";

async fn all(ctx: &Ctx) -> Vec<Letter> {
    dead::list(ctx, &Filter::default(), None, 50).await.unwrap().items
}

async fn entries(ctx: &Ctx, action: Action) -> usize {
    let filter = Entries { action: Some(action), ..Entries::default() };
    audit::list(ctx, &filter, None, 50).await.unwrap().items.len()
}

/// Takes the poison that the tests use away from, or puts it into, the database.
async fn poison(db: &TestDb, on: bool) {
    let statement = match (&db.db, on) {
        (services::db::Db::Sqlite(_), true) => {
            "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.body = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END"
        }
        (services::db::Db::Sqlite(_), false) => "DROP TRIGGER poison",
        (services::db::Db::Postgres(_), true) => "ALTER TABLE messages ADD CONSTRAINT poison CHECK (body <> 'poison')",
        (services::db::Db::Postgres(_), false) => "ALTER TABLE messages DROP CONSTRAINT poison",
    };
    let mut tx = db.db.begin().await.unwrap();
    sql!(exec tx.conn(), statement).unwrap();
    tx.commit().await.unwrap();
}

/// Kills the only delivery: all its tries fail.
async fn die(services: &Services) {
    const TRIES: &str = "SELECT CAST(MAX(attempts) AS BIGINT) FROM deliveries";
    for (tries, wait) in (1_i64..).zip(domain::backoff::DELIVERY) {
        until_so("tried", async || {
            let mut read = services.db().read_journal().await.unwrap();
            sql!(scalar i64, read.conn(), TRIES).unwrap() >= tries
        })
        .await;
        services.clock().advance(wait);
        services.wakes().wake_ingest();
    }
    until(services, "it is dead", |s| s.deliveries.dead == 1).await;
}

struct Scene {
    services: Services,
    owner: Ctx,
    conversation: ConversationId,
    graph: FakeGraph,
}

/// A conversation with an open window; nobody sends yet.
async fn scene(db: &TestDb) -> Scene {
    let (graph, url) = FakeGraph::start([]).await;
    let graph_api = Graph::new(&url, "v25.0").unwrap();
    let options = Options { clock: Clock::fixed(START), vault: vault(), graph: graph_api, mailer: None };
    let services = Services::new(db.db.clone(), options);
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::start(&services);
    put(&services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
    until(&services, "the customer's message is there", |s| s.messages.inbound == 1).await;
    workers.finish().await;
    let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    Scene { services, owner, conversation, graph }
}

impl Scene {
    /// A message that was given up, after a try with this outcome.
    async fn dead(&self, text: &str, outcome: &str) -> MessageId {
        let id = MessageId(new_id());
        conversations::reply(&self.owner, self.conversation, id, text).await.unwrap();
        let (ws, now) = (self.owner.workspace().id.0, self.services.clock().now());
        let mut tx = self.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), DEAD, ws, id.0, now).unwrap();
        sql!(exec tx.conn(), OUT, ws, id.0).unwrap();
        sql!(exec tx.conn(), TRY, ws, id.0, now, now + 20, outcome).unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn messages(&self) -> Vec<(String, Status)> {
        let thread = conversations::thread(&self.owner, self.conversation).await.unwrap();
        thread.messages.into_iter().map(|message| (message.text, message.status)).collect()
    }
}

on_both! {
    async fn a_delivery_dies_is_shown_and_is_processed_again(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let other = workspace(&services, "Other").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        poison(&db, true).await;
        put(&services, message_body(text("4915112345678", "wamid.1", "poison"))).await;
        let workers = Workers::start(&services);
        die(&services).await;

        let letters = all(&owner).await;
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!((letter.kind, letter.reason, letter.number.is_some()), (Kind::Delivery, Reason::TriesUsedUp, true));
        assert!(letter.words.contains("poison"), "{}", letter.words);
        assert_eq!(all(&other).await, []);
        assert!(matches!(dead::get(&other, letter.id).await, Err(Error::Domain(domain::Error::NotFound))));
        assert!(matches!(dead::discard(&other, letter.id).await, Err(Error::Domain(domain::Error::NotFound))));
        let detail = dead::get(&owner, letter.id).await.unwrap();
        assert_eq!(detail.attempts.len(), domain::backoff::DELIVERY.len() + 1);
        assert!(detail.attempts.is_sorted_by_key(|attempt| (attempt.nth, attempt.started_at)));
        let payload = detail.payload.unwrap();
        assert!(payload.contains("4915112345678") && payload.contains("wamid.1"), "{payload}");
        let raised = alerts::list(&owner, None, 50).await.unwrap().items;
        assert!(raised.iter().any(|one| one.kind == alert::Kind::DeadLetters && one.link == "dead-letters"));
        assert!(alerts::list(&other, None, 50).await.unwrap().items.is_empty());

        // It is not to be cured yet: it dies again, and its tries are counted on.
        dead::retry(&owner, letter.id, Retry::Once).await.unwrap();
        assert_eq!(all(&owner).await, []);
        assert_eq!(entries(&owner, Action::DeliveryRetried).await, 1);
        die(&services).await;
        let again = all(&owner).await.remove(0);
        assert!(again.tries > letter.tries);
        poison(&db, false).await;
        assert_eq!(dead::retry_many(&owner, &[again.id, new_id()]).await.unwrap().done, [again.id]);
        let stats = quiet(&services).await;
        assert_eq!((stats.messages.inbound, stats.deliveries.dead, stats.deliveries.done), (1, 0, 1));
        assert_eq!(all(&owner).await, []);
        workers.finish().await;
    }

    async fn what_names_a_number_but_is_no_webhook_is_its_workspaces(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let workers = Workers::start(&services);
        put(&services, b"not even JSON".to_vec()).await;
        put(&services, json!({"entry": "nonsense", "access_token": "EAAGm0PX4ZCpsBAKZC",
            "metadata": {"phone_number_id": PHONE}}).to_string().into_bytes()).await;
        let stats = until(&services, "both are dead", |s| s.deliveries.dead == 2).await;
        assert_eq!(stats.deliveries.pending, 0);
        let letters = all(&owner).await;
        assert_eq!(letters.iter().map(|letter| letter.reason).collect::<Vec<_>>(), [Reason::Unreadable]);
        let payload = dead::get(&owner, letters[0].id).await.unwrap().payload.unwrap();
        assert!(payload.contains(PHONE) && !payload.contains("EAAG"), "{payload}");
        assert_eq!(dead::counts(&owner).await.unwrap().deliveries, 1);

        dead::discard(&owner, letters[0].id).await.unwrap();
        assert_eq!(all(&owner).await, []);
        assert_eq!(entries(&owner, Action::DeliveryDiscarded).await, 1);
        assert!(matches!(dead::discard(&owner, letters[0].id).await, Err(Error::Domain(domain::Error::NotFound))));
        let stats = services::stats::stats(&services).await.unwrap();
        assert_eq!((stats.deliveries.dead, stats.deliveries.done), (1, 1));

        services.clock().advance(dead::KEPT + DAY);
        jobs::purge::purge(&services).await.unwrap();
        assert_eq!(services::stats::stats(&services).await.unwrap().deliveries.dead, 0, "nobody's is kept no longer");
        workers.finish().await;
    }

    async fn a_send_goes_back_or_asks_first(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let sure = scene.dead("Sure", "refused").await;
        let open = scene.dead("Open", "lost").await;
        let letters = all(owner).await;
        let of = |id: MessageId| letters.iter().find(|letter| letter.id == id.0).unwrap();
        assert_eq!((of(sure).reason, of(open).reason), (Reason::TriesUsedUp, Reason::Unconfirmed));
        let detail = dead::get(owner, sure.0).await.unwrap();
        assert_eq!((detail.text.as_deref(), detail.attempts[0].code), (Some("Sure"), Some(131_000)));
        assert!(detail.payload.unwrap().contains("+4915112345678"));

        let only = |reason| Filter { reason: Some(reason), ..Filter::default() };
        for (filter, expected) in [
            (only(Reason::Unconfirmed), vec![open.0]),
            (only(Reason::TriesUsedUp), vec![sure.0]),
            (only(Reason::Unreadable), vec![]),
            (Filter { kind: Some(Kind::Delivery), ..Filter::default() }, vec![]),
            (Filter { text: Some("491511%".to_owned()), ..Filter::default() }, vec![]),
            (Filter { kind: Some(Kind::Send), text: Some("GIVEN up".to_owned()), ..Filter::default() }, vec![open.0, sure.0]),
        ] {
            let found = dead::list(owner, &filter, None, 50).await.unwrap().items;
            assert_eq!(found.iter().map(|letter| letter.id).collect::<Vec<_>>(), expected, "{filter:?}");
        }
        let first = dead::list(owner, &Filter::default(), None, 1).await.unwrap();
        assert!(first.more);
        let second = dead::list(owner, &Filter::default(), Some(first.items[0].place()), 1).await.unwrap();
        assert!(!second.more && second.items[0].id == sure.0);

        let done = dead::retry_many(owner, &[sure.0, open.0]).await.unwrap();
        assert_eq!((done.done, done.refused.len()), (vec![sure.0], 1));
        assert!(done.refused[0].1.contains("twice"), "{}", done.refused[0].1);
        dead::retry(owner, open.0, Retry::MayArriveTwice).await.unwrap();
        assert_eq!(all(owner).await, []);
        assert_eq!(scene.messages().await[1..], [
            ("Sure".to_owned(), Status::Queued), ("Open".to_owned(), Status::Cancelled), ("Open".to_owned(), Status::Queued),
        ]);
        let workers = Workers::start(&scene.services);
        // The first may have been taken in spite of its refusal: it waits for Meta's reports, and the other one behind it.
        let services = &scene.services;
        until(services, "both have gone out", |s| {
            services.clock().advance(100);
            services.wakes().wake_outbox();
            s.messages.outbound.accepted == 2
        })
        .await;
        let _ = &scene.graph;
        workers.finish().await;
    }

    async fn other_words_go_out_once(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let message = scene.dead("Tomorow", "refused").await;
        dead::retry_with_edit(owner, message.0, "Tomorrow", Retry::Once).await.unwrap();
        let again = dead::retry_with_edit(owner, message.0, "Tomorrow", Retry::Once).await;
        assert!(matches!(again, Err(Error::Domain(domain::Error::NotFound))), "{again:?}");
        assert_eq!(scene.messages().await[1..], [
            ("Tomorow".to_owned(), Status::Cancelled), ("Tomorrow".to_owned(), Status::Queued),
        ]);
        let open = scene.dead("Open", "lost").await;
        assert!(matches!(dead::retry_with_edit(owner, open.0, "Shut", Retry::Once).await, Err(Error::Conflict(_))));
        assert_eq!(dead::discard_many(owner, &[open.0, new_id()]).await.unwrap().refused.len(), 1);
        assert!(all(owner).await.is_empty());
    }

    async fn who_may_not_is_told_so(db) {
        let scene = scene(&db).await;
        let message = scene.dead("Sure", "refused").await.0;
        let (_, agent) = member(&scene.services, &scene.owner.workspace().slug, "Rohan", Role::Agent).await;
        let refused = |result: Result<(), Error>, word: &str| match result {
            Err(Error::Domain(domain::Error::Forbidden { permission })) => assert_eq!(permission, word),
            other => panic!("{other:?}"),
        };
        refused(dead::list(&agent, &Filter::default(), None, 50).await.map(drop), "operations.view");
        refused(dead::get(&agent, message).await.map(drop), "operations.view");
        refused(dead::counts(&agent).await.map(drop), "operations.view");
        refused(queues::status(&agent).await.map(drop), "operations.view");
        refused(dead::retry(&agent, message, Retry::Once).await, "operations.manage");
        refused(dead::retry_with_edit(&agent, message, "x", Retry::Once).await, "operations.manage");
        refused(dead::discard(&agent, message).await, "operations.manage");
        refused(dead::retry_many(&agent, &[message]).await.map(drop), "operations.manage");
        refused(dead::discard_many(&agent, &[message]).await.map(drop), "operations.manage");
        let many: Vec<_> = (0..=dead::AT_ONCE).map(|_| new_id()).collect();
        assert!(matches!(dead::retry_many(&scene.owner, &many).await, Err(Error::Domain(domain::Error::Invalid { .. }))));
        assert!(matches!(dead::discard_many(&scene.owner, &[]).await, Err(Error::Domain(domain::Error::Invalid { .. }))));
    }

    async fn queues_tell_what_waits_and_what_went_through(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        for n in 0..3 {
            conversations::reply(owner, scene.conversation, MessageId(new_id()), &format!("Answer {n}")).await.unwrap();
        }
        scene.services.clock().advance(MINUTE);
        put(&scene.services, message_body(text("4915112345678", "wamid.2", "Hello?"))).await;
        let status = queues::status(owner).await.unwrap();
        assert_eq!(status.ingest.depth, 1);
        let lane = &status.lanes[0];
        assert_eq!((lane.queue.depth, lane.queue.in_flight, lane.parked), (3, 0, false));
        assert!(lane.queue.oldest.is_some_and(|oldest| oldest <= START + MINUTE));
        let other = workspace(&scene.services, "Other").await;
        assert!(queues::status(&other).await.unwrap().lanes.is_empty());

        let workers = Workers::start(&scene.services);
        until(&scene.services, "all has gone through", |s| s.messages.outbound.accepted == 3 && s.deliveries.pending == 0).await;
        workers.finish().await;
        let status = queues::status(owner).await.unwrap();
        assert_eq!((status.ingest.depth, status.lanes[0].queue.depth), (0, 0));
        assert_eq!(status.lanes[0].queue.flow.minute.done, 3);
        assert_eq!(status.ingest.flow.minute.done, 1);
        let whole = queues::installation(&scene.services).await.unwrap();
        assert!(whole.lanes.is_empty() && whole.dead == (0, 0));
    }

    async fn queues_beside_messages_are_told_of_too(db) {
        let scene = scene(&db).await;
        let (services, owner) = (&scene.services, &scene.owner);
        let (ws, number) = (owner.workspace().id.0, queues::status(owner).await.unwrap().lanes[0].id.0);
        let now = services.clock().now();
        let mut tx = services.db().begin().await.unwrap();
        // One waits, and one is being fetched.
        sql!(exec tx.conn(), WANTED, ws, new_id(), number, now, 0_i64).unwrap();
        sql!(exec tx.conn(), WANTED, ws, new_id(), number, now + 5, now + MINUTE).unwrap();
        tx.commit().await.unwrap();
        conversations::reply(owner, scene.conversation, MessageId(new_id()), "To be found").await.unwrap();
        let beside = queues::status(owner).await.unwrap().beside;
        assert_eq!((beside.media.depth, beside.media.in_flight, beside.media.oldest), (2, 1, Some(now)));
        assert_eq!((beside.pushes.depth, beside.receipts.depth), (0, 0));
        assert!(beside.search.depth > 0 && beside.search.oldest.is_none());
        let other = workspace(services, "Other").await;
        assert_eq!(queues::status(&other).await.unwrap().beside.media.depth, 0);
        assert_eq!(queues::installation(services).await.unwrap().beside.media.depth, 2);

        while services::search::index_batch(services).await.unwrap() > 0 {}
        let search = queues::status(owner).await.unwrap().beside.search;
        assert!(search.depth == 0 && search.in_flight == 0 && search.flow.minute.done > 0, "{search:?}");
    }
}

//! From a written answer to Meta and back, with everything that goes wrong on the way.

use crate::{
    graph::{Answer, FakeGraph},
    meta::{PHONE, Workers, message_body, put, quiet, stamp, status_body, text, until},
    on_both,
    support::{START, TestDb, connect, eventually, member, number, vault, workspace},
};
use domain::{
    conversation::View,
    id::{ConversationId, MessageId},
    inbox::MessageView,
    message::Status,
    role::Role,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use serde_json::{Value, json};
use services::{
    Ctx, Error, Options, Services,
    clock::{Clock, new_id},
    conversations,
    jobs::Which,
    numbers,
    send::Graph,
    sql,
};

struct Scene {
    services: Services,
    owner: Ctx,
    graph: FakeGraph,
    conversation: ConversationId,
    workers: Option<Workers>,
}

/// A conversation with an open window and a Graph that answers as told.
async fn scene(db: &TestDb, answers: impl IntoIterator<Item = Answer>) -> Scene {
    let (graph, url) = FakeGraph::start(answers).await;
    let graph_api = Graph::new(&url, "v25.0").unwrap();
    let options = Options { clock: Clock::fixed(START), vault: vault(), graph: graph_api, mailer: None };
    let services = Services::new(db.db.clone(), options);
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::start(&services);
    put(&services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
    until(&services, "the customer's message is there", |s| s.messages.inbound == 1).await;
    let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    Scene { services, owner, graph, conversation, workers: Some(workers) }
}

impl Scene {
    async fn reply(&self, text: &str) -> MessageView {
        conversations::reply(&self.owner, self.conversation, MessageId(new_id()), text).await.unwrap()
    }

    async fn message(&self, id: MessageId) -> MessageView {
        let thread = conversations::thread(&self.owner, self.conversation).await.unwrap();
        thread.messages.into_iter().find(|message| message.id == id).unwrap()
    }

    async fn report(&self, id: MessageId, word: &str) {
        let status = json!({"id": format!("wamid.{id}"), "status": word, "timestamp": stamp(0),
            "biz_opaque_callback_data": id.to_string(),
            "errors": if word == "failed" { json!([{"code": 131_026}]) } else { Value::Null }});
        put(&self.services, status_body(status)).await;
        quiet(&self.services).await;
    }

    async fn until_said(&self, id: MessageId, words: &str) -> MessageView {
        self.until_is(id, words, |message| message.error.as_deref().is_some_and(|error| error.contains(words))).await
    }

    async fn until(&self, id: MessageId, wanted: Status) -> MessageView {
        self.until_is(id, &format!("{wanted:?}"), |message| message.status == wanted).await
    }

    async fn until_is(&self, id: MessageId, what: &str, wanted: impl Fn(&MessageView) -> bool) -> MessageView {
        eventually(async || {
            let message = self.message(id).await;
            if wanted(&message) { Ok(message) } else { Err(format!("not {what}: {message:?}")) }
        })
        .await
    }
}

on_both! {
    async fn a_reply_goes_out_and_its_ticks_turn(db) {
        let scene = scene(&db, []).await;
        let id = scene.reply("Guten Tag, wie können wir helfen?").await.id;
        scene.until(id, Status::Accepted).await;
        let request = scene.graph.requests.lock().unwrap()[0].clone();
        assert_eq!(request["to"], "+4915112345678");
        assert_eq!(request["biz_opaque_callback_data"], id.to_string());
        for (word, status) in [("sent", Status::Sent), ("delivered", Status::Delivered), ("read", Status::Read)] {
            scene.report(id, word).await;
            let message = scene.message(id).await;
            assert_eq!(message.status, status);
        }
        // Never backwards.
        for word in ["delivered", "failed", "sent"] {
            scene.report(id, word).await;
            assert_eq!(scene.message(id).await.status, Status::Read);
        }
        let times = scene.message(id).await.times;
        assert!(times.accepted.is_some() && times.sent.is_some() && times.delivered.is_some() && times.read.is_some());
        assert_eq!(times.failed, None);
        let row = conversations::thread(&scene.owner, scene.conversation).await.unwrap().row;
        assert_eq!(row.preview.unwrap().status, Status::Read);
    }

    async fn the_same_key_twice_is_one_message(db) {
        let scene = scene(&db, []).await;
        let key = MessageId(new_id());
        let once = || conversations::reply(&scene.owner, scene.conversation, key, "once");
        let (first, second) = tokio::join!(once(), once());
        assert_eq!(first.unwrap().id, second.unwrap().id);
        scene.until(key, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["once"]);
        let other = conversations::reply(&scene.owner, scene.conversation, key, "other").await;
        assert!(matches!(other, Err(Error::Conflict(_))));
    }

    async fn messages_of_a_conversation_leave_in_order(db) {
        let scene = scene(&db, []).await;
        let mut last = None;
        for n in 0..20 {
            last = Some(scene.reply(&n.to_string()).await.id);
        }
        scene.until(last.unwrap(), Status::Accepted).await;
        assert_eq!(scene.graph.texts(), (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    }

    async fn a_refused_message_says_why_and_can_be_sent_again_once(db) {
        let scene = scene(&db, [Answer::Refuse(400, 131_026)]).await;
        let id = scene.reply("hi").await.id;
        let failed = scene.until(id, Status::Failed).await;
        assert!(failed.error.unwrap().contains("cannot be reached on WhatsApp"));
        let (a, b) = tokio::join!(conversations::send_again(&scene.owner, id), conversations::send_again(&scene.owner, id));
        let again = a.unwrap().id;
        assert_eq!(b.unwrap().id, again);
        scene.until(again, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["hi", "hi"]);
        assert!(matches!(conversations::send_again(&scene.owner, again).await, Err(Error::Conflict(_))));
    }

    /// A fault of Meta's, or an answer nobody can read, leaves open whether the message went out: never repeated by itself.
    async fn a_lost_answer_is_settled_by_a_status(db) {
        let scene = scene(&db, [Answer::Garbage, Answer::Garbage]).await;
        let first = scene.reply("a").await.id;
        scene.until(first, Status::Unconfirmed).await;
        let second = scene.reply("b").await.id;
        scene.services.clock().advance(30 * SECOND);
        scene.services.wakes().wake_outbox();
        scene.until(second, Status::Unconfirmed).await;
        assert!(scene.message(first).await.overtaken && !scene.message(second).await.overtaken);
        scene.services.clock().advance(9 * MINUTE);
        scene.services.wakes().wake_outbox();
        scene.report(first, "sent").await;
        let settled = scene.until(first, Status::Sent).await;
        assert_eq!((settled.error, settled.times.sent.is_some()), (None, true));
        assert_eq!(scene.message(second).await.status, Status::Unconfirmed);
        assert_eq!(scene.graph.texts(), ["a", "b"]);
    }

    async fn a_status_that_overtakes_the_answer_counts(db) {
        let mut scene = scene(&db, []).await;
        scene.workers.take().unwrap().finish().await;
        let id = scene.reply("hi").await.id;
        let _ingest = Workers::only(&scene.services, Which { ingest: true, outbox: false });
        // Sent by a process that died before it wrote the answer.
        leave_sending(&db, id).await;
        scene.report(id, "delivered").await;
        assert_eq!(scene.message(id).await.status, Status::Delivered);
        let mut read = db.db.read().await.unwrap();
        let left = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox").unwrap();
        assert_eq!(left, 0, "it must not be sent again");
    }

    async fn found_sending_after_a_crash_is_unconfirmed(db) {
        let mut scene = scene(&db, []).await;
        scene.workers.take().unwrap().finish().await;
        let id = scene.reply("hi").await.id;
        leave_sending(&db, id).await;
        scene.services.clock().advance(HOUR);
        let _workers = Workers::start(&scene.services);
        let message = scene.until(id, Status::Unconfirmed).await;
        assert!(message.error.unwrap().contains("may or may not have arrived"));
        assert!(scene.graph.texts().is_empty());
    }

    async fn the_window_is_checked_when_written_and_when_sent(db) {
        let mut scene = scene(&db, []).await;
        scene.workers.take().unwrap().finish().await;
        let waiting = scene.reply("in time").await.id;
        scene.services.clock().advance(DAY);
        let late = conversations::reply(&scene.owner, scene.conversation, MessageId(new_id()), "late").await;
        assert!(matches!(late, Err(Error::Domain(domain::Error::WindowClosed))));
        let _workers = Workers::start(&scene.services);
        let failed = scene.until(waiting, Status::Failed).await;
        assert!(failed.error.unwrap().contains("Nothing was sent"));
        assert!(scene.graph.texts().is_empty());
    }

    async fn a_revoked_token_stops_sending_not_receiving(db) {
        let scene = scene(&db, [Answer::Refuse(401, 190)]).await;
        let id = scene.reply("hi").await.id;
        let later = scene.reply("later").await.id;
        let waits = scene.until_said(id, "Connect the number again").await;
        assert_eq!((waits.status, waits.tries), (Status::Queued, 0));
        put(&scene.services, message_body(text("4915112345678", "wamid.in2", "still here"))).await;
        until(&scene.services, "inbound goes on", |s| s.messages.inbound == 2).await;
        let mut read = db.db.read().await.unwrap();
        let problem = "SELECT token_problem FROM numbers";
        assert!(sql!(scalar Option<String>, read.conn(), problem).unwrap().is_some());
        drop(read);
        numbers::connect(&scene.services, &scene.owner.workspace().slug, connect(PHONE, "new")).await.unwrap();
        scene.until(id, Status::Accepted).await;
        scene.until(later, Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["hi", "hi", "later"]);
    }

    async fn what_may_not_be_sent_is_refused_with_a_reason(db) {
        let scene = scene(&db, []).await;
        let reply = async |ctx: &Ctx, text: &str| {
            conversations::reply(ctx, scene.conversation, MessageId(new_id()), text).await.unwrap_err().to_string()
        };
        assert!(reply(&scene.owner, "  ").await.contains("empty"));
        assert!(reply(&scene.owner, &"x".repeat(4_097)).await.contains("4097"));
        let slug = &scene.owner.workspace().slug;
        let (_, viewer) = member(&scene.services, slug, "Tomasz", Role::Viewer).await;
        assert!(reply(&viewer, "hi").await.contains("messages.send"));
        let (_, agent) = member(&scene.services, slug, "Rohan", Role::Agent).await;
        assert!(reply(&agent, "hi").await.contains("does not exist"));
        let stranger = workspace(&scene.services, "Other").await;
        assert!(reply(&stranger, "hi").await.contains("does not exist"));
        conversations::close(&scene.owner, scene.conversation).await.unwrap();
        assert!(reply(&scene.owner, "hi").await.contains("closed"));
        assert!(scene.graph.texts().is_empty());
    }

    async fn a_graph_that_is_not_there_is_said_so(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
        until(&services, "it is there", |s| s.messages.inbound == 1).await;
        let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        conversations::reply(&owner, id, MessageId(new_id()), "hi").await.unwrap();
        until(&services, "it waits", |s| s.messages.outbound.retry_queued == 1).await;
        let thread = conversations::thread(&owner, id).await.unwrap();
        let message = &thread.messages[1];
        assert!(message.error.as_deref().unwrap().contains("nothing was sent"));
        assert_eq!(message.tries, 1);
        assert!((START + 800..=START + 1_200).contains(&message.next_try.unwrap()));
    }
}

/// As a process leaves a message that dies while Meta's answer is on its way.
async fn leave_sending(db: &TestDb, id: MessageId) {
    let mut tx = db.db.begin().await.unwrap();
    sql!(exec tx.conn(), "UPDATE messages SET status = 'sending', status_rank = 12 WHERE id = $1", id.0).unwrap();
    tx.commit().await.unwrap();
}

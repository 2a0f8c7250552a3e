use crate::{
    graph::{Answer, FakeGraph},
    meta::{PHONE, Workers, message_body, put, quiet, stamp, status_body, text},
    support::{START, TestDb, eventually, number, vault, workspace},
};
use domain::{
    conversation::View,
    id::{ConversationId, MessageId, NumberId},
    inbox::MessageView,
    message::Status,
    time::Millis,
};
use serde_json::{Value, json};
use services::{
    Ctx, Options, Services,
    clock::{Clock, new_id},
    conversations,
    jobs::Which,
    numbers,
    send::Graph,
    sql,
};
use std::time::{Duration, Instant};

/// A workspace with one number, some open conversations, and a Graph that answers as told.
pub struct Scene {
    pub services: Services,
    pub owner: Ctx,
    pub graph: FakeGraph,
    pub number: NumberId,
    pub conversations: Vec<ConversationId>,
    pub url: String,
    pub workers: Option<Workers>,
}

impl Scene {
    pub async fn new(db: &TestDb, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with(db, 1, answers).await
    }

    /// With so many customers who have just written.
    pub async fn with(db: &TestDb, customers: usize, answers: impl IntoIterator<Item = Answer>) -> Self {
        let (graph, url) = FakeGraph::start(answers).await;
        let services = another(db, &url, Clock::fixed(START));
        *graph.clock.lock().unwrap() = Some(services.clock().clone());
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let number = numbers::list(&owner).await.unwrap()[0].id;
        let workers = Workers::start(&services);
        for n in 0..customers {
            let from = format!("49151{n:08}");
            put(&services, message_body(text(&from, &format!("wamid.in{n}"), "Hello"))).await;
        }
        quiet(&services).await;
        let mut rows = conversations::inbox(&owner, View::All, None).await.unwrap().rows;
        rows.sort_by_key(|row| row.contact.name.clone());
        let conversations = rows.iter().map(|row| row.id).collect();
        Self { services, owner, graph, number, conversations, url, workers: Some(workers) }
    }

    /// Writes to the first customer.
    pub async fn reply(&self, text: &str) -> MessageId {
        self.reply_to(0, text).await
    }

    pub async fn reply_to(&self, customer: usize, text: &str) -> MessageId {
        let to = self.conversations[customer];
        conversations::reply(&self.owner, to, MessageId(new_id()), text).await.unwrap().id
    }

    pub async fn message(&self, id: MessageId) -> MessageView {
        for conversation in &self.conversations {
            let thread = conversations::thread(&self.owner, *conversation).await.unwrap();
            if let Some(message) = thread.messages.into_iter().find(|message| message.id == id) {
                return message;
            }
        }
        panic!("{id} is not there")
    }

    pub async fn until(&self, id: MessageId, wanted: Status) -> MessageView {
        self.until_is(id, &format!("{wanted:?}"), |message| message.status == wanted).await
    }

    pub async fn until_tries(&self, id: MessageId, tries: u32) -> MessageView {
        self.until_is(id, &format!("{tries} tries"), |m| m.tries == tries && m.status != Status::Sending).await
    }

    pub async fn until_is(&self, id: MessageId, what: &str, wanted: impl Fn(&MessageView) -> bool) -> MessageView {
        eventually(async || {
            let message = self.message(id).await;
            if wanted(&message) { Ok(message) } else { Err(format!("not {what}: {message:?}")) }
        })
        .await
    }

    /// Until Graph has seen so many requests.
    pub async fn until_seen(&self, requests: usize) {
        eventually(async || match self.graph.seen().len() {
            enough if enough >= requests => Ok(()),
            few => Err(format!("only {few} requests")),
        })
        .await;
    }

    /// Until the sender has looked twice, found nothing that may leave, and sent nothing.
    pub async fn nothing_more(&self) {
        let before = self.graph.seen().len();
        rested(&self.services).await;
        assert_eq!(self.graph.seen().len(), before, "{:?}", self.graph.seen().last());
    }

    pub fn pass(&self, time: Millis) {
        self.services.clock().advance(time);
        self.services.wakes().wake_outbox();
    }

    pub fn now(&self) -> Millis {
        self.services.clock().now()
    }

    /// A status webhook about a message.
    pub async fn report(&self, id: MessageId, word: &str, code: Option<i64>) {
        self.take_in(id, word, code).await;
        quiet(&self.services).await;
    }

    /// A status webhook about one of several tries of a message.
    pub async fn report_as(&self, wamid: &str, id: MessageId, word: &str, code: Option<i64>) {
        self.take_in_as(wamid, id, word, code).await;
        quiet(&self.services).await;
    }

    /// The same, taken in and not read yet.
    pub async fn take_in(&self, id: MessageId, word: &str, code: Option<i64>) {
        self.take_in_as(&format!("wamid.{id}"), id, word, code).await;
    }

    async fn take_in_as(&self, wamid: &str, id: MessageId, word: &str, code: Option<i64>) {
        let status = json!({"id": wamid, "status": word, "timestamp": stamp(0),
            "biz_opaque_callback_data": id.to_string(),
            "errors": code.map_or(Value::Null, |code| json!([{"code": code}]))});
        put(&self.services, status_body(status)).await;
    }

    /// The process dies where it stands.
    pub fn kill(&mut self) {
        drop(self.workers.take());
    }

    /// Ends in order.
    pub async fn finish(&mut self) {
        if let Some(workers) = self.workers.take() {
            workers.finish().await;
        }
    }

    pub fn start(&mut self) {
        self.workers = Some(Workers::start(&self.services));
    }

    pub fn start_ingest(&mut self) {
        self.workers = Some(Workers::only(&self.services, Which { ingest: true, outbox: false }));
    }

    pub fn start_sending(&mut self) {
        self.workers = Some(Workers::only(&self.services, Which { ingest: false, outbox: true }));
    }

    pub async fn set(&self, sql: &'static str) {
        let mut tx = self.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), sql).unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut read = self.services.db().read().await.unwrap();
        sql!(scalar i64, read.conn(), sql).unwrap()
    }
}

/// Until a process that sends has looked twice from now on and found nothing that may leave.
pub async fn rested(services: &Services) {
    let mut rests = services.wakes().rests();
    let (start, wanted) = (Instant::now(), *rests.borrow() + 2);
    while *rests.borrow_and_update() < wanted {
        assert!(start.elapsed().as_secs() < 20, "the sender does not come to rest");
        services.wakes().wake_outbox();
        // Nothing may have changed because it had something in hand.
        let _ = tokio::time::timeout(Duration::from_millis(20), rests.changed()).await;
    }
}

/// One more process on the same database.
pub fn another(db: &TestDb, url: &str, clock: Clock) -> Services {
    let graph = Graph::new(url, "v25.0").unwrap();
    Services::new(db.db.clone(), Options { clock, vault: vault(), graph, mailer: None })
}

/// Requests in the busiest second.
pub fn busiest(times: &[Instant]) -> usize {
    let second = Duration::from_secs(1);
    times
        .iter()
        .map(|start| times.iter().filter(|t| **t >= *start && t.duration_since(*start) < second).count())
        .max()
        .unwrap_or(0)
}

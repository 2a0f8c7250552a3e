//! Numbers that are used on a phone at the same time, people whose number changes, and groups.

mod echoes;
mod groups;
mod history;
mod people;

use crate::{
    meta::{PHONE, WABA, Workers, body, entry, put, quiet, stamp},
    support::{TestDb, number, workspace},
};
use domain::{
    conversation::View,
    inbox::{Event, InboxView, Live, MessageView, Row, apply},
};
use serde_json::{Value, json};
use services::{Ctx, Services, conversations, jobs::Which, sql};

const CUSTOMER: &str = "4915112345678";
const BUSINESS: &str = "918055500142";

struct Shop {
    services: Services,
    owner: Ctx,
    _workers: Workers,
}

impl Shop {
    async fn open(db: &TestDb) -> Self {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let workers = Workers::only(&services, Which { ingest: true, outbox: false });
        Self { services, owner, _workers: workers }
    }

    /// Deliveries, one after the other.
    async fn gets(&self, bodies: impl IntoIterator<Item = Vec<u8>>) {
        for body in bodies {
            put(&self.services, body).await;
            assert_eq!(quiet(&self.services).await.deliveries.dead, 0);
        }
    }

    /// Deliveries that are claimed together.
    async fn gets_together(&self, changes: Vec<Value>) {
        self.gets([body(vec![entry(WABA, changes)])]).await;
    }

    async fn rows(&self, view: View) -> Vec<Row> {
        conversations::list(&self.owner, view, None).await.unwrap().items
    }

    async fn row(&self) -> Row {
        let mut rows = self.rows(View::All).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.remove(0)
    }

    async fn messages(&self, row: &Row) -> Vec<MessageView> {
        conversations::thread(&self.owner, row.id).await.unwrap().messages
    }

    async fn words(&self, row: &Row) -> Vec<String> {
        self.messages(row).await.into_iter().map(|message| message.text).collect()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut read = self.services.db().read().await.unwrap();
        sql!(scalar i64, read.conn(), sql).unwrap()
    }

    async fn screen(&self, row: Option<&Row>) -> InboxView {
        conversations::inbox(&self.owner, View::All, row.map(|row| row.id)).await.unwrap()
    }

    async fn events(&self) -> Vec<Live> {
        const ALL: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";
        let mut read = self.services.db().read().await.unwrap();
        let ws = self.owner.workspace().id.0;
        let all = sql!(all(i64, String), read.conn(), ALL, ws).unwrap();
        all.into_iter().map(|(seq, body)| Live { seq, event: serde_json::from_str(&body).unwrap() }).collect()
    }

    /// How often everybody was told that somebody wrote.
    async fn news(&self) -> usize {
        self.events().await.iter().filter(|live| matches!(live.event, Event::Message { .. })).count()
    }

    /// A screen that was fetched before and heard everything since is like one that is fetched now.
    async fn agrees_with(&self, mut before: InboxView) {
        for live in self.events().await {
            apply(&mut before, &live);
        }
        let open = before.thread.as_ref().map(|thread| thread.row.clone());
        assert_eq!(before, self.screen(open.as_ref()).await);
    }
}

fn change(field: &str, more: Value) -> Value {
    let mut value = json!({ "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": BUSINESS, "phone_number_id": PHONE } });
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "field": field, "value": value })
}

fn delivery(field: &str, more: Value) -> Vec<u8> {
    body(vec![entry(WABA, vec![change(field, more)])])
}

/// A text, `ago` seconds before the test's start.
fn words(from: &str, wamid: &str, ago: i64) -> Value {
    json!({ "from": from, "id": wamid, "timestamp": stamp(ago), "type": "text", "text": { "body": wamid } })
}

fn customer_writes(wamid: &str, ago: i64) -> Vec<u8> {
    delivery("messages", json!({ "messages": [words(CUSTOMER, wamid, ago)] }))
}

fn echo(wamid: &str, ago: i64) -> Vec<u8> {
    let mut message = words(BUSINESS, wamid, ago);
    message["to"] = json!(CUSTOMER);
    delivery("smb_message_echoes", json!({ "message_echoes": [message] }))
}

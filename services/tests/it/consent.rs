//! Who does not want to hear from us: words, buttons, WhatsApp's own setting, refusals, and colleagues who record it.

mod decide;
mod hear;
mod race;
mod record;

use crate::{
    meta::{PHONE, WABA, Workers, body, change, entry, put, quiet, text, value},
    support::{START, TestDb, number, workspace},
};
use domain::{
    Error as Wrong,
    contact::Contact,
    conversation::View,
    id::{ContactId, ConversationId, MessageId},
    inbox::{MessageView, Row},
    message::{Direction, Status},
    opt_out::Consent,
};
use serde_json::{Value, json};
use services::{Ctx, Error, Services, clock::new_id, consent, contacts, conversations, jobs::Which, sql};

const CUSTOMER: &str = "4915112345678";

const OUTBOX: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE workspace_id = $1 AND contact_id = $2
    AND (despite_opt_out OR NOT $3)";

/// A workspace with a number, whose messages are taken in and not sent.
struct Scene {
    services: Services,
    owner: Ctx,
    _workers: Workers,
}

async fn scene(db: &TestDb) -> Scene {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    Scene { services, owner, _workers: workers }
}

/// Seconds after [`START`], as Meta writes them.
fn at(seconds: i64) -> String {
    (START / 1_000 + seconds).to_string()
}

fn says(from: &str, wamid: &str, seconds: i64, words: &str) -> Value {
    let mut message = text(from, wamid, words);
    message["timestamp"] = json!(at(seconds));
    message
}

fn one(message: Value) -> Vec<u8> {
    body(vec![entry(WABA, vec![change(value(PHONE, vec![message], vec![]))])])
}

impl Scene {
    async fn put(&self, body: Vec<u8>) {
        put(&self.services, body).await;
        quiet(&self.services).await;
    }

    /// The usual customer writes, `seconds` after the start.
    async fn hears(&self, wamid: &str, seconds: i64, words: &str) {
        self.put(one(says(CUSTOMER, wamid, seconds, words))).await;
    }

    async fn row(&self) -> Row {
        let inbox = conversations::inbox(&self.owner, View::All, None).await.unwrap();
        let phone = format!("+{CUSTOMER}");
        inbox.rows.into_iter().find(|row| row.contact.phone.as_deref() == Some(phone.as_str())).unwrap()
    }

    async fn contact(&self, digits: &str) -> Contact {
        contacts::by_phone(&self.owner, digits).await.unwrap().unwrap()
    }

    async fn since(&self) -> Option<i64> {
        self.contact(CUSTOMER).await.opted_out_at
    }

    async fn history(&self, contact: ContactId) -> Vec<Consent> {
        consent::history(&self.owner, contact, None, 50).await.unwrap().items
    }

    async fn reply(&self, id: ConversationId) -> services::Result<MessageView> {
        conversations::reply(&self.owner, id, MessageId(new_id()), "Good morning").await
    }

    /// What went out, or is to, the oldest first: its words and how far it has come.
    async fn out(&self) -> Vec<(String, Status)> {
        let thread = conversations::thread(&self.owner, self.row().await.id).await.unwrap();
        let ours = thread.messages.into_iter().filter(|message| message.direction == Direction::Out);
        ours.map(|message| (message.text, message.status)).collect()
    }

    /// Messages to the customer that wait to be sent; with `knowingly`, those that go out despite an opt-out.
    async fn waiting(&self, knowingly: bool) -> i64 {
        let contact = self.contact(CUSTOMER).await.id.0;
        let ws = self.owner.workspace().id.0;
        let mut read = self.services.db().read().await.unwrap();
        sql!(scalar i64, read.conn(), OUTBOX, ws, contact, knowingly).unwrap()
    }
}

fn opted_out<T>(result: services::Result<T>) -> bool {
    matches!(result, Err(Error::Domain(Wrong::OptedOut)))
}

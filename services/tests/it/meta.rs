//! Webhook bodies in Meta's shapes, and waiting for what they do.

use crate::support::{START, eventually};
use serde_json::{Value, json};
use services::{
    Services,
    jobs::{self, Running, Which},
    stats::{Stats, stats},
};
use tokio_util::sync::CancellationToken;

pub const PHONE: &str = "106540352242922";
pub const WABA: &str = "102290129340398";

/// Seconds, as Meta writes them, `ago` before the test's start.
pub fn stamp(ago: i64) -> String {
    (START / 1_000 - ago).to_string()
}

pub fn text(from: &str, wamid: &str, body: &str) -> Value {
    json!({"from": from, "id": wamid, "timestamp": stamp(10), "type": "text", "text": {"body": body}})
}

pub fn status(wamid: &str, word: &str) -> Value {
    json!({"id": wamid, "status": word, "timestamp": stamp(5), "recipient_id": "4915112345678"})
}

/// `value` of a change on a number.
pub fn value(phone: &str, messages: Vec<Value>, statuses: Vec<Value>) -> Value {
    let contacts: Vec<Value> = messages
        .iter()
        .filter_map(|m| m["from"].as_str())
        .map(|from| json!({"wa_id": from, "profile": {"name": format!("Customer {from}")}}))
        .collect();
    json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "918055500142", "phone_number_id": phone},
        "contacts": contacts, "messages": messages, "statuses": statuses,
    })
}

pub fn change(value: Value) -> Value {
    json!({"field": "messages", "value": value})
}

pub fn entry(waba: &str, changes: Vec<Value>) -> Value {
    json!({"id": waba, "changes": changes})
}

pub fn body(entries: Vec<Value>) -> Vec<u8> {
    json!({"object": "whatsapp_business_account", "entry": entries}).to_string().into_bytes()
}

/// One message on the usual number.
pub fn message_body(message: Value) -> Vec<u8> {
    body(vec![entry(WABA, vec![change(value(PHONE, vec![message], vec![]))])])
}

/// One status on the usual number.
pub fn status_body(status: Value) -> Vec<u8> {
    body(vec![entry(WABA, vec![change(value(PHONE, vec![], vec![status]))])])
}

pub async fn put(services: &Services, body: Vec<u8>) {
    services.journal().put(body.into()).await.unwrap();
}

/// The real workers, stopped when dropped.
pub struct Workers {
    pub stop: CancellationToken,
    running: Option<Running>,
}

impl Workers {
    pub fn start(services: &Services) -> Self {
        Self::only(services, Which { ingest: true, outbox: true })
    }

    pub fn only(services: &Services, which: Which) -> Self {
        let stop = CancellationToken::new();
        Self { running: Some(jobs::start(services, which, stop.clone())), stop }
    }

    pub async fn finish(mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.finished().await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits until the counts are as wanted.
pub async fn until(services: &Services, what: &str, wanted: impl Fn(&Stats) -> bool) -> Stats {
    eventually(async || {
        let now = stats(services).await.unwrap();
        if wanted(&now) { Ok(now) } else { Err(format!("not {what}: {}", serde_json::to_string(&now).unwrap())) }
    })
    .await
}

/// Waits until nothing is pending.
pub async fn quiet(services: &Services) -> Stats {
    until(services, "all deliveries are processed", |s| s.deliveries.pending == 0).await
}

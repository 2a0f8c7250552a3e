//! One workspace's part of a batch, in one transaction.

mod assign;
mod consent;
mod contacts;
mod effect;
mod elsewhere;
mod files;
mod marks;
mod messages;
mod news;
mod others;
mod quotes;
pub(crate) mod statuses;
mod threads;
mod twins;

pub(crate) use contacts::Contact;
pub(crate) use messages::NewMessage;
pub(crate) use quotes::Quoted;
pub(crate) use statuses::Target;
pub(crate) use threads::{OpenRecord, Thread};

use super::route::Number;
use crate::{
    Result, Services,
    consent::{Confirmation, confirm},
    db::Tx,
    live, push,
};
use domain::{
    inbox::Event,
    meta::webhook::{Inbound, Marked, Other, StatusUpdate},
    time::Millis,
};
use std::sync::Arc;
use uuid::Uuid;

/// One change of one delivery, or a piece of a large one.
#[derive(Clone)]
pub struct Item<'a> {
    /// The body's hash and the change's place in it: the same for a repeated body.
    pub key: String,
    pub received_at: Millis,
    /// Meta's id of the WhatsApp Business Account.
    pub waba: &'a str,
    /// Absent for fields that speak of the whole WABA.
    pub number: Option<Arc<Number>>,
    pub messages: &'a [Inbound],
    pub marks: &'a [Marked],
    pub statuses: &'a [StatusUpdate],
    pub others: &'a [Other],
    /// The place of the first of `others` in its change.
    pub first_other: usize,
}

impl Item<'_> {
    /// How much work it is.
    pub fn weight(&self) -> usize {
        self.messages.len() + self.marks.len() + self.statuses.len() + self.others.len()
    }
}

/// What the steps share.
struct Step<'a> {
    services: &'a Services,
    tx: &'a mut Tx,
    workspace: Uuid,
    now: Millis,
    events: &'a mut Vec<Event>,
    /// Whether a message was queued.
    queued: bool,
    /// What customers are told about their opt-outs, once everything else is written.
    confirmations: Vec<Confirmation>,
    /// Contacts that are called or reached otherwise from now on: rows that show them are told last, when everything is locked.
    renamed: Vec<Uuid>,
}

/// Contacts, conversations, messages, statuses and events of `items`, all or nothing. Doing it twice changes nothing.
pub async fn apply(services: &Services, workspace: Uuid, items: &[&Item<'_>]) -> Result<()> {
    let mut tx = services.db().begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        // Two batches of one workspace would race for the same new contact. SQLite has one writer anyway.
        crate::db::dialect::postgres::lock_workspace(tx, workspace).await?;
    }
    let mut events = Vec::new();
    let now = services.clock().now();
    let (queued, confirmations) = (false, Vec::new());
    let mut step =
        Step { services, tx: &mut tx, workspace, now, events: &mut events, queued, confirmations, renamed: Vec::new() };
    news::store(&mut step, items).await?;
    let stored = messages::store(&mut step, items).await?;
    marks::store(&mut step, items, &stored).await?;
    statuses::store(&mut step, items).await?;
    consent::store(&mut step, items).await?;
    others::store(&mut step, items).await?;
    news::tell(&mut step).await?;
    let Step { mut queued, confirmations, .. } = step;
    queued |= confirm(services, &mut tx, (workspace, now), confirmations, &mut events).await?;
    push::want_messages(&mut tx, workspace, &events, now).await?;
    let seq = live::record(&mut tx, workspace, &events, now).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    if queued {
        crate::send::queued(services);
    }
    Ok(())
}

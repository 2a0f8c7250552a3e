//! One workspace's part of a batch, in one transaction.

mod assign;
mod contacts;
mod messages;
mod others;
pub(crate) mod statuses;
mod threads;

pub(crate) use contacts::Contact;
pub(crate) use messages::NewMessage;
pub(crate) use statuses::Target;
pub(crate) use threads::{OpenRecord, Thread};

use super::route::Number;
use crate::{Result, Services, db::Tx, live};
use domain::{
    inbox::Event,
    meta::webhook::{Inbound, Other, StatusUpdate},
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
    /// Absent for fields that speak of the whole WABA.
    pub number: Option<Arc<Number>>,
    pub messages: &'a [Inbound],
    pub statuses: &'a [StatusUpdate],
    pub others: &'a [Other],
    /// The place of the first of `others` in its change.
    pub first_other: usize,
}

impl Item<'_> {
    /// How much work it is.
    pub fn weight(&self) -> usize {
        self.messages.len() + self.statuses.len() + self.others.len()
    }
}

/// What the steps share.
struct Step<'a> {
    tx: &'a mut Tx,
    workspace: Uuid,
    now: Millis,
    events: &'a mut Vec<Event>,
}

/// Contacts, conversations, messages, statuses and events of `items`, all or nothing. Doing it twice changes nothing.
pub async fn apply(services: &Services, workspace: Uuid, items: &[&Item<'_>]) -> Result<()> {
    let mut tx = services.db().begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        // Two batches of one workspace would race for the same new contact. SQLite has one writer anyway.
        crate::db::dialect::postgres::lock_workspace(tx, workspace).await?;
    }
    let mut events = Vec::new();
    let mut step = Step { tx: &mut tx, workspace, now: services.clock().now(), events: &mut events };
    messages::store(&mut step, items).await?;
    statuses::store(&mut step, items).await?;
    others::store(&mut step, items).await?;
    let now = step.now;
    let seq = live::record(&mut tx, workspace, &events, now).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    Ok(())
}

//! Messages that came about without us: written on the phone of the business, or before the number was connected.

use super::{NewMessage, Step, statuses};
use crate::{
    Result,
    db::{Tx, dialect},
    send, sql,
};
use domain::{
    message::{Direction, Origin, Status},
    meta::webhook::StatusUpdate,
    time::Millis,
};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

const INSERT: &str =
    "INSERT INTO messages (workspace_id, id, conversation_id, number_id, direction, kind, body, payload,
    extras, quoted_wamid, raw, wamid, status, status_rank, at, sent_at, error_text, origin)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING";

/// Of a message of the history that the phone could not deliver.
const FAILED: &str = "This was written in the WhatsApp Business app and was not delivered.";

/// Writes messages, except those that are stored already; returns the ids of those that were not.
pub(super) async fn insert(step: &mut Step<'_>, messages: &[&NewMessage<'_>]) -> Result<HashSet<Uuid>> {
    let mut inserted = HashSet::new();
    for new in messages {
        let (m, origin) = (new.inbound, origin(new.inbound.origin));
        let done = sql!(exec step.tx.conn(), INSERT, step.workspace, new.id, new.conversation, new.number,
            m.direction.as_str(), m.kind.as_str(), &m.text, new.payload.as_deref(), new.extras.stored(),
            m.quoted.as_deref(), m.raw.as_deref(), &m.wamid, m.status.as_str(), m.status.rank(), m.at, sent_at(new),
            error(new), origin)?;
        if done == 1 {
            inserted.insert(new.id);
        }
    }
    Ok(inserted)
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Api => "api",
        Origin::Phone => "phone",
        Origin::History => "history",
    }
}

/// When it left the phone, as far as that was told.
pub(super) fn sent_at(new: &NewMessage<'_>) -> Option<Millis> {
    (new.inbound.origin == Origin::Phone).then_some(new.inbound.at)
}

/// Why it did not arrive.
pub(super) fn error(new: &NewMessage<'_>) -> Option<&'static str> {
    (new.inbound.status == Status::Failed).then_some(FAILED)
}

/// Gives what was written on the phone the statuses that were faster than it.
pub(super) async fn catch_up(step: &mut Step<'_>, new: &[&NewMessage<'_>]) -> Result<()> {
    let mut wamids: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for new in new.iter().filter(|new| new.inbound.direction == Direction::Out) {
        wamids.entry(new.number).or_default().push(&new.inbound.wamid);
    }
    for (number, wamids) in wamids {
        let workspace = step.workspace;
        let early = match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite_sending::unpark(tx, workspace, number, &wamids).await?,
            Tx::Postgres(tx) => dialect::postgres_sending::unpark(tx, workspace, number, &wamids).await?,
        };
        if early.is_empty() {
            continue;
        }
        let names: Vec<(Uuid, &str)> = early.iter().map(|(wamid, ..)| (number, wamid.as_str())).collect();
        let mut targets = match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite::status_targets(tx, workspace, &dedup(names), &[]).await?,
            Tx::Postgres(tx) => dialect::postgres::status_targets(tx, workspace, &dedup(names), &[]).await?,
        };
        for (wamid, status, at, code, text) in early {
            let mine = |target: &&mut statuses::Target| target.wamid.as_deref() == Some(wamid.as_str());
            let Some(target) = targets.iter_mut().find(mine) else { continue };
            let (status, error) = (Status::parse(&status), code.zip(text));
            statuses::advance(target, &StatusUpdate { wamid: wamid.clone(), status, at, callback: None, error });
        }
        let touched = targets.into_iter().filter(|target| target.touched).collect();
        let events = send::reported(step.tx, workspace, touched).await?;
        step.events.extend(events);
    }
    Ok(())
}

fn dedup(mut names: Vec<(Uuid, &str)>) -> Vec<(Uuid, &str)> {
    names.sort_unstable();
    names.dedup();
    names
}

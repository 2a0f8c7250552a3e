//! What a transaction of one workspace changes about its outbound messages, written as sets at its end.

use super::Candidate;
use crate::{
    Result, consent,
    conversations::{reactions, row::RowRecord},
    db::{Tx, dialect},
    ingest::Target,
    live, sql,
};
use domain::{
    inbox::{Event, Row},
    message::{Kind, Status},
    time::Millis,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

const KEEP: &str = "UPDATE outbox SET due_at = $3, stalled_at = $4, leased_by = NULL, lease_until = 0
    WHERE workspace_id = $1 AND message_id = $2";

/// Runs the same function of whichever engine's dialect.
macro_rules! on_engine {
    ($tx:expr, $function:ident($($argument:expr),*)) => {
        match $tx {
            Tx::Sqlite(c) => dialect::sqlite_sending::$function(c, $($argument),*).await,
            Tx::Postgres(c) => dialect::postgres_sending::$function(c, $($argument),*).await,
        }
    };
}
pub(super) use on_engine;

/// One try, for the record.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    pub message: Uuid,
    /// From 1.
    pub nth: i64,
    pub started_at: Millis,
    pub ended_at: Millis,
    /// `accepted`, `not_taken`, `refused`, `lost`, `token`, `blocked`, `permanent` or `withheld`.
    pub outcome: &'static str,
    pub http: Option<i64>,
    pub code: Option<i64>,
    pub said: String,
}

/// Locks what a transaction about these messages reads and writes, in the order of everybody: the workspace, the conversations,
/// and with [`candidates`] the messages. On SQLite the transaction keeps everybody else out.
pub(super) async fn lock(tx: &mut Tx, workspace: Uuid, ids: &[Uuid]) -> Result<()> {
    lock_with_people(tx, workspace, ids, &[]).await
}

/// The same, and between the workspace and the conversations the customers of the messages that say that they `stopped` us.
pub(super) async fn lock_with_people(tx: &mut Tx, workspace: Uuid, ids: &[Uuid], stopped: &[Uuid]) -> Result<()> {
    if let Tx::Postgres(c) = tx {
        dialect::postgres::lock_workspace(c, workspace).await?;
        consent::lock_refused(tx, workspace, stopped).await?;
    }
    if let Tx::Postgres(c) = tx {
        dialect::postgres_sending::lock_conversations_of(c, workspace, ids).await?;
    }
    Ok(())
}

/// The messages with what decides about them.
pub(super) async fn candidates(tx: &mut Tx, workspace: Uuid, ids: &[Uuid]) -> Result<Vec<Candidate>> {
    Ok(on_engine!(tx, candidates(workspace, ids))?)
}

/// Conversations as the list shows them, by id.
pub(super) async fn rows(tx: &mut Tx, workspace: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, RowRecord>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let rows: Vec<RowRecord> = on_engine!(tx, rows(workspace, &ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Changes that are still to be written.
#[derive(Default)]
pub(super) struct Changes {
    pub targets: Vec<Target>,
    /// Their place in the outbox goes.
    pub out: Vec<Uuid>,
    /// They keep it: (message, due, stalled since), and nobody holds them any more.
    pub kept: Vec<(Uuid, Millis, Option<Millis>)>,
    pub attempts: Vec<NewAttempt>,
    /// Conversations as this transaction read them. One whose preview is not written is not read again.
    pub rows: HashMap<Uuid, RowRecord>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.out.is_empty() && self.kept.is_empty() && self.attempts.is_empty()
    }

    /// Writes everything and, last, the events; returns the number of the last one, to be published after the commit.
    pub async fn write(self, tx: &mut Tx, workspace: Uuid, now: Millis) -> Result<Option<i64>> {
        let events = self.apply(tx, workspace).await?;
        live::record(tx, workspace, &events, now).await
    }

    /// Writes everything but the events, which it returns.
    pub async fn apply(self, tx: &mut Tx, workspace: Uuid) -> Result<Vec<Event>> {
        if !self.attempts.is_empty() {
            on_engine!(&mut *tx, insert_attempts(workspace, &self.attempts))?;
        }
        for (message, due_at, stalled_at) in self.kept {
            sql!(exec tx.conn(), KEEP, workspace, message, due_at, stalled_at)?;
        }
        if !self.out.is_empty() {
            on_engine!(&mut *tx, take_out(workspace, &self.out))?;
        }
        write_targets(tx, workspace, self.targets, self.rows).await
    }
}

/// Writes messages that Meta's reports have moved on, and takes what is settled out of the outbox; returns what everybody is to
/// be told.
pub(crate) async fn reported(tx: &mut Tx, workspace: Uuid, targets: Vec<Target>) -> Result<Vec<Event>> {
    let settled = |target: &&Target| !Status::parse(&target.message.status).in_outbox();
    let out = targets.iter().filter(settled).map(|target| target.message.id).collect();
    Changes { targets, out, ..Changes::default() }.apply(tx, workspace).await
}

/// Writes messages and the previews of their conversations; returns what everybody is to be told.
async fn write_targets(
    tx: &mut Tx,
    workspace: Uuid,
    targets: Vec<Target>,
    mut known: HashMap<Uuid, RowRecord>,
) -> Result<Vec<Event>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<&Target> = targets.iter().collect();
    on_engine!(&mut *tx, update_messages(workspace, &all))?;
    // Ours to a customer's message is shown there, and nowhere else.
    let (ours, targets): (Vec<_>, Vec<_>) =
        targets.into_iter().partition(|target| target.message.kind == Kind::Reaction.as_str());
    let reacted = reactions::told(tx, workspace, ours.iter().map(|ours| &ours.message)).await?;
    // A row shows `queued` until there is news from Meta: on its way is not worth a write.
    let shown: Vec<&Target> =
        targets.iter().filter(|target| Status::parse(&target.message.status) != Status::Sending).collect();
    if !shown.is_empty() {
        on_engine!(&mut *tx, previews(workspace, &shown))?;
        for target in shown {
            known.remove(&target.message.conversation_id);
        }
    }
    let conversations = targets.iter().map(|target| target.message.conversation_id);
    let unknown: Vec<Uuid> = conversations.filter(|id| !known.contains_key(id)).collect();
    if !unknown.is_empty() {
        known.extend(rows(tx, workspace, &unknown).await?);
    }
    let changed = targets.into_iter().filter_map(|target| {
        let row = known.get(&target.message.conversation_id)?.clone();
        Some(Event::MessageChanged { row: Row::from(row), message: target.message.into() })
    });
    Ok(changed.chain(reacted).collect())
}

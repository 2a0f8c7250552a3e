//! What was written finds its way into the index.
//!
//! Triggers note each message and contact in `search_queue`, in the transaction that writes it, and this worker takes batches off
//! it. Not by following the ids of messages: they are made before their transaction commits, so one could pass another that is
//! still to come, and edits and revocations have no order of their own at all. A row of the queue is seen when what it speaks of
//! is, and goes in the transaction that indexes it: nothing is missed, and nothing is done twice.
//!
//! On PostgreSQL one process at a time indexes, whichever gets the lock for a batch. Ingest never waits for any of it: on SQLite
//! a batch holds the only writer for some milliseconds, as any other does.

use super::{Doc, Of};
use crate::{
    Result, Services,
    db::{Tx, dialect, system, system::Unindexed},
    queues::{Flow, Queue},
};
use domain::{
    message::Kind,
    search::{contact_text, fold},
    time::Millis,
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Rows of the queue that are taken at a time.
pub const BATCH: usize = 500;
/// Between two looks at an empty queue: what came is found well within two seconds.
const EVERY: Duration = Duration::from_millis(250);
/// After a failure.
const AGAIN: Duration = Duration::from_secs(5);
/// Places within a millisecond.
const PLACES: i64 = 65_536;

/// Indexes as long as there is something, then looks again soon.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match index_batch(&services).await {
            Ok(BATCH) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(_) => EVERY,
            Err(error) => {
                services.tally().add(Queue::Search, services.clock().now(), Flow::one(false));
                tracing::error!(%error, "messages could not be indexed for the search; trying again in five seconds");
                AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Indexes what was noted first, at most [`BATCH`]; returns how many notes that was, 0 when another process is at it.
///
/// # Errors
/// When the database fails.
pub async fn index_batch(services: &Services) -> Result<usize> {
    {
        let mut read = services.db().read().await?;
        if !system::search_waits(read.conn()).await? {
            return Ok(0);
        }
    }
    let mut tx = services.db().begin().await?;
    if let Tx::Postgres(tx) = &mut tx
        && !dialect::postgres_search::alone(tx).await?
    {
        return Ok(0);
    }
    let noted = system::search_queue(tx.conn(), i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
    let count = noted.len();
    let many = u64::try_from(count).unwrap_or(u64::MAX);
    let _in_hand = services.tally().hold(Queue::Search, many);
    let mut by_workspace: BTreeMap<Uuid, Vec<Unindexed>> = BTreeMap::new();
    for note in noted {
        by_workspace.entry(note.workspace_id).or_default().push(note);
    }
    for (workspace, notes) in by_workspace {
        let ids: Vec<i64> = notes.iter().map(|note| note.id).collect();
        // The same message may be noted often: as it is now, it is the same each time.
        let (messages, contacts): (Vec<_>, Vec<_>) = notes.into_iter().partition(|note| note.what == "message");
        index(&mut tx, Of::Messages, workspace, messages).await?;
        index(&mut tx, Of::Contacts, workspace, contacts).await?;
        match &mut tx {
            Tx::Sqlite(tx) => dialect::sqlite_search::dequeue(tx, workspace, &ids).await?,
            Tx::Postgres(tx) => dialect::postgres_search::dequeue(tx, workspace, &ids).await?,
        }
    }
    tx.commit().await?;
    services.tally().add(Queue::Search, services.clock().now(), Flow { done: many, failed: 0 });
    Ok(count)
}

async fn index(tx: &mut Tx, of: Of, workspace: Uuid, notes: Vec<Unindexed>) -> Result<()> {
    let notes: BTreeMap<Uuid, Unindexed> = notes.into_iter().map(|note| (note.item_id, note)).collect();
    let old: Vec<i64> = notes.values().filter_map(|note| note.place).collect();
    let mut docs: Vec<(Millis, Doc)> = notes.values().filter_map(doc).collect();
    docs.sort_by_key(|(at, doc)| (*at, doc.item));
    let new: Vec<Millis> = docs.iter().filter(|(_, doc)| doc.place == 0).map(|(at, _)| *at).collect();
    let mut free = places(tx, of, new).await?;
    for (at, doc) in docs.iter_mut().filter(|(_, doc)| doc.place == 0) {
        doc.place = free.get_mut(at).and_then(Vec::pop).unwrap_or_default();
    }
    let mut docs: Vec<Doc> = docs.into_iter().map(|(_, doc)| doc).collect();
    docs.sort_by_key(|doc| doc.place);
    match tx {
        Tx::Sqlite(tx) => {
            dialect::sqlite_search::forget(tx, of, workspace, &old).await?;
            dialect::sqlite_search::keep(tx, of, workspace, &docs).await?;
        }
        Tx::Postgres(tx) => {
            dialect::postgres_search::forget(tx, of, workspace, &old).await?;
            dialect::postgres_search::keep(tx, of, workspace, &docs).await?;
        }
    }
    Ok(())
}

/// What is to stand in the index, with when it happened; at 0 until it has a place. Nothing of what is gone or has no words.
fn doc(note: &Unindexed) -> Option<(Millis, Doc)> {
    let (item, place) = (note.item_id, note.place.unwrap_or_default());
    let empty = Doc { place, item, text: String::new(), name: String::new(), username: None, phone: None };
    if let (Some(body), Some(kind), Some(at)) = (&note.body, &note.kind, note.at) {
        // What Meta calls a kind that nobody understands is not anybody's words.
        let text = if Kind::parse(kind) == Kind::Unsupported { String::new() } else { fold(body) };
        return (!text.is_empty()).then_some((at, Doc { text, ..empty }));
    }
    let (name, at) = (note.profile_name.as_deref()?, note.created_at?);
    let (username, phone) = (note.username.as_deref(), note.wa_id.clone());
    let text = contact_text(name, username, phone.as_deref());
    Some((at, Doc { text, name: fold(name), username: username.map(fold), phone, ..empty }))
}

/// Free places for what happened at these moments, the lowest last. Where a millisecond is full, the next one has room.
async fn places(tx: &mut Tx, of: Of, at: Vec<Millis>) -> Result<HashMap<Millis, Vec<i64>>> {
    let mut wanted: BTreeMap<Millis, usize> = BTreeMap::new();
    for at in at {
        *wanted.entry(at).or_default() += 1;
    }
    let mut free: HashMap<Millis, Vec<i64>> = HashMap::new();
    // The moment that was asked for, and the one where it is looked for.
    let mut open: Vec<(Millis, Millis)> = wanted.keys().map(|at| (*at, moment(*at))).collect();
    let mut taken: HashMap<Millis, i64> = HashMap::new();
    while !open.is_empty() {
        let mut unknown: Vec<Millis> = open.iter().map(|(_, at)| *at).filter(|at| !taken.contains_key(at)).collect();
        unknown.dedup();
        let tops = match tx {
            Tx::Sqlite(tx) => dialect::sqlite_search::tops(tx, of, &unknown).await?,
            Tx::Postgres(tx) => dialect::postgres_search::tops(tx, of, &unknown).await?,
        };
        taken.extend(tops.into_iter().map(|(at, top)| (at, top.map_or(at * PLACES, |top| top + 1))));
        let mut full = Vec::new();
        for (asked, at) in open {
            let Some(next) = taken.get_mut(&at) else { continue };
            let places = free.entry(asked).or_default();
            let missing = wanted.get(&asked).copied().unwrap_or_default().saturating_sub(places.len());
            let room = usize::try_from((at + 1) * PLACES - *next).unwrap_or_default();
            let take = i64::try_from(missing.min(room)).unwrap_or_default();
            places.extend(*next..*next + take);
            *next += take;
            if missing > room {
                full.push((asked, at + 1));
            }
        }
        open = full;
    }
    free.values_mut().for_each(|places| places.reverse());
    Ok(free)
}

/// Times from strangers are no larger than a place can hold, nor before the first.
fn moment(at: Millis) -> Millis {
    at.clamp(0, i64::MAX / PLACES / 2)
}

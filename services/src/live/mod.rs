//! What happened, to every screen that follows, in order and without gaps.
//!
//! Events are rows, numbered per workspace by a counter that is taken as the last step of the transaction: their numbers are
//! in commit order on both engines. A hub per followed workspace reads new rows once and hands them to all its listeners;
//! a listener that comes back asks for what is newer than the last number it saw.

mod bus;
mod presence;
mod remote;
mod stream;

pub use bus::Bus;
pub use presence::be_present;
pub use stream::{Frame, subscribe};

pub(crate) use bus::News;
pub(crate) use remote::start as start_remote;

use crate::{
    Ctx, Result,
    db::{Conn, Tx, dialect},
    sql,
};
use domain::{id::MemberId, inbox::Event, time::Millis};
use std::sync::Arc;
use uuid::Uuid;

const NEXT: &str =
    "UPDATE workspace_counters SET event_seq = event_seq + $2 WHERE workspace_id = $1 RETURNING event_seq";
const LAST: &str = "SELECT event_seq FROM workspace_counters WHERE workspace_id = $1";
const NEWER: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// An event with its number and its JSON, made once for all listeners.
#[derive(Debug)]
pub struct Stamped {
    pub seq: i64,
    pub event: Event,
    pub json: Arc<str>,
}

/// Writes events as the last step of a transaction; returns the number of the last one. Publish it after the commit.
pub(crate) async fn record(tx: &mut Tx, workspace: Uuid, events: &[Event], now: Millis) -> Result<Option<i64>> {
    if events.is_empty() {
        return Ok(None);
    }
    let rows: Vec<(Uuid, String)> = events
        .iter()
        .map(|event| serde_json::to_string(event).map(|body| (about(event), body)))
        .collect::<Result<_, _>>()
        .map_err(|e| crate::Error::Internal(e.to_string()))?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let last: i64 = sql!(scalar i64, tx.conn(), NEXT, workspace, count)?;
    let first = last - count + 1;
    match tx {
        Tx::Sqlite(tx) => dialect::sqlite::insert_events(tx, workspace, first, &rows, now).await?,
        Tx::Postgres(tx) => dialect::postgres::insert_events(tx, workspace, first, &rows, now).await?,
    }
    Ok(Some(last))
}

/// What an event is filed under; what is about no conversation, under none.
fn about(event: &Event) -> Uuid {
    event.conversation().map_or(Uuid::nil(), |id| id.0)
}

/// What a member may see has changed, or with `None` what members may: their streams are narrowed, widened or ended at once.
/// As [`record`]: the last step of the transaction, published after the commit.
pub(crate) async fn access_changed(
    tx: &mut Tx,
    workspace: Uuid,
    member: Option<MemberId>,
    now: Millis,
) -> Result<Option<i64>> {
    record(tx, workspace, &[Event::Access { member }], now).await
}

/// The same, where the team that its page shows has changed with it.
pub(crate) async fn member_changed(
    tx: &mut Tx,
    workspace: Uuid,
    member: Option<MemberId>,
    now: Millis,
) -> Result<Option<i64>> {
    record(tx, workspace, &[Event::Access { member }, Event::Team], now).await
}

/// The team has changed, and nobody's access with it. As [`record`].
pub(crate) async fn team_changed(tx: &mut Tx, workspace: Uuid, now: Millis) -> Result<Option<i64>> {
    record(tx, workspace, &[Event::Team], now).await
}

/// What is set up has changed. As [`record`].
pub(crate) async fn setup_changed(tx: &mut Tx, workspace: Uuid, now: Millis) -> Result<Option<i64>> {
    record(tx, workspace, &[Event::Setup], now).await
}

/// The number of the last event: what is read after it knows of that, and perhaps of more.
///
/// # Errors
/// When the database cannot be asked.
pub async fn last(ctx: &Ctx) -> Result<i64> {
    let mut read = ctx.read().await?;
    Ok(last_seq(read.conn(), ctx.ws()).await?)
}

/// The number of the last event of a workspace.
pub(crate) async fn last_seq(conn: Conn<'_>, workspace: Uuid) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, LAST, workspace)
}

/// Some events of a workspace, in order.
struct Newer {
    /// Those that can be read.
    events: Vec<Stamped>,
    /// The last number that was looked at, also of one that cannot be read; `None` where there is nothing new.
    last: Option<i64>,
}

/// At most `limit` events after `seq`.
async fn newer(conn: Conn<'_>, workspace: Uuid, seq: i64, limit: i64) -> Result<Newer> {
    let rows: Vec<(i64, String)> = sql!(all(i64, String), conn, NEWER, workspace, seq, limit)?;
    let last = rows.last().map(|(seq, _)| *seq);
    let events = rows
        .into_iter()
        .filter_map(|(seq, body)| match serde_json::from_str(&body) {
            Ok(event) => Some(Stamped { seq, event, json: body.into() }),
            Err(error) => {
                // Written by another version of Parlance. Screens show the change when they are next fetched.
                tracing::warn!(%error, seq, "an event cannot be read and is passed over");
                None
            }
        })
        .collect();
    Ok(Newer { events, last })
}

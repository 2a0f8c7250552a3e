use super::{Stamped, last_seq, newer};
use crate::{Ctx, Result, sql};
use domain::inbox::Event;
use futures::{Stream, StreamExt, stream};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

/// Events that are replayed at most; who is further behind fetches afresh.
const REPLAY: i64 = 1_000;

const OLDEST: &str = "SELECT seq FROM events WHERE workspace_id = $1 ORDER BY seq LIMIT 1";
const OWN: &str = "SELECT id FROM conversations WHERE workspace_id = $1 AND assignee_id = $2";

/// One thing a follower is told.
#[derive(Clone, Debug)]
pub enum Frame {
    /// An event: its number in the workspace, and its JSON as `domain::inbox::Event`.
    Event { seq: i64, data: Arc<str> },
    /// Too much was missed: fetch the screen afresh and follow from there.
    Resync,
}

/// What happens in the workspace from now on, after what was missed since event `after`: as much of it as the member may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn subscribe(ctx: &Ctx, after: Option<i64>) -> Result<impl Stream<Item = Frame> + Send + use<>> {
    // First follow, then replay: what happens in between comes twice and is skipped by its number.
    let since = {
        let mut read = ctx.read().await?;
        last_seq(read.conn(), ctx.ws()).await?
    };
    let receiver = ctx.services.bus().follow(&ctx.services, ctx.ws(), since);
    let (missed, last) = replay(ctx, after).await?;
    let state = Follower { receiver, last, own: ctx.own() };
    Ok(stream::iter(missed)
        .chain(stream::unfold(state, |mut state| async move { state.next().await.map(|frame| (frame, state)) })))
}

async fn replay(ctx: &Ctx, after: Option<i64>) -> Result<(Vec<Frame>, i64)> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let last = last_seq(snapshot.conn(), ctx.ws()).await?;
    let Some(after) = after.filter(|after| *after != last) else { return Ok((Vec::new(), last)) };
    if after > last {
        // From a database that is no more: restored from a backup, or made anew.
        return Ok((vec![Frame::Resync], last));
    }
    let oldest = sql!(scalar_opt i64, snapshot.conn(), OLDEST, ctx.ws())?;
    if last - after > REPLAY || oldest.is_none_or(|oldest| oldest > after + 1) {
        return Ok((vec![Frame::Resync], last));
    }
    let events = newer(snapshot.conn(), ctx.ws(), after, REPLAY).await?;
    let frames = match ctx.own() {
        None => events.iter().map(whole).collect(),
        Some(me) => {
            let ids: HashSet<Uuid> = sql!(scalars Uuid, snapshot.conn(), OWN, ctx.ws(), me)?.into_iter().collect();
            // Of a conversation that was lost meanwhile nothing may be told, so its counts could not be kept: fetch afresh.
            if events.iter().any(|event| matches!(event.event.for_own_only(me.into()), Some(Event::Lost { .. }))) {
                return Ok((vec![Frame::Resync], last));
            }
            events.iter().filter_map(|event| own_replayed(event, me, &ids)).collect()
        }
    };
    Ok((frames, last))
}

/// A past event, if the conversation is theirs now.
fn own_replayed(stamped: &Stamped, me: Uuid, ids: &HashSet<Uuid>) -> Option<Frame> {
    let event = stamped.event.for_own_only(me.into())?;
    ids.contains(&event.conversation().0).then(|| frame(stamped, &event)).flatten()
}

struct Follower {
    receiver: Receiver<Arc<Stamped>>,
    last: i64,
    own: Option<Uuid>,
}

impl Follower {
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let stamped = match self.receiver.recv().await {
                Ok(stamped) => stamped,
                Err(RecvError::Lagged(_)) => return Some(Frame::Resync),
                Err(RecvError::Closed) => return None,
            };
            if stamped.seq <= self.last {
                continue;
            }
            self.last = stamped.seq;
            match self.own {
                None => return Some(whole(&stamped)),
                Some(me) => match stamped.event.for_own_only(me.into()).and_then(|event| frame(&stamped, &event)) {
                    Some(frame) => return Some(frame),
                    None => continue,
                },
            }
        }
    }
}

fn whole(stamped: &Stamped) -> Frame {
    Frame::Event { seq: stamped.seq, data: stamped.json.clone() }
}

/// The event as this member sees it; its JSON is made anew only if it differs.
fn frame(stamped: &Stamped, event: &Event) -> Option<Frame> {
    if *event == stamped.event {
        return Some(whole(stamped));
    }
    let data = serde_json::to_string(event).ok()?;
    Some(Frame::Event { seq: stamped.seq, data: data.into() })
}

use super::{Stamped, bus::News, last_seq, newer};
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    inbox::{Event, Eyes},
    permission::Sight,
};
use futures::{Stream, StreamExt, stream};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

/// Events that are replayed at most; who is further behind fetches afresh.
const REPLAY: i64 = 1_000;

const OLDEST: &str = "SELECT seq FROM events WHERE workspace_id = $1 ORDER BY seq LIMIT 1";
/// Of the conversations that the events between two numbers are about, those that a member sees. No more than there are events.
const SEEN: &str = "SELECT DISTINCT c.id FROM events e
    JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id
    WHERE e.workspace_id = $1 AND e.seq > $2 AND e.seq <= $3 AND (c.assignee_id = $4 OR ($5 AND c.assignee_id IS NULL))";

/// One thing a follower is told.
#[derive(Clone, Debug)]
pub enum Frame {
    /// An event: its number in the workspace, and its JSON as `domain::inbox::Event`.
    Event { seq: i64, data: Arc<str> },
    /// What somebody does at a conversation, as `domain::inbox::presence::Signal`. It has no number and is never told
    /// again.
    Present { data: Arc<str> },
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
    let (mut missed, last) = replay(ctx, after).await?;
    // What changed between the caller's look and the replay is not told again.
    let now = ctx.again().await?;
    if now.access() != ctx.access() {
        missed = vec![Frame::Resync];
    }
    let state = Follower { receiver, last, eyes: eyes(&now), ctx: now };
    Ok(stream::iter(missed)
        .chain(stream::unfold(state, |mut state| async move { state.next().await.map(|frame| (frame, state)) })))
}

fn eyes(ctx: &Ctx) -> Eyes {
    Eyes::of(ctx.access(), ctx.me().id)
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
    let events = newer(snapshot.conn(), ctx.ws(), after, REPLAY).await?.events;
    let eyes = eyes(ctx);
    // What they may see has changed meanwhile. And of a conversation that was lost nothing may be told, so its counts could not
    // be kept.
    let afresh = |stamped: &Stamped| {
        stamped.event.concerns(ctx.me().id) || matches!(stamped.event.seen_by(eyes), Some(Event::Lost { .. }))
    };
    if events.iter().any(afresh) {
        return Ok((vec![Frame::Resync], last));
    }
    let now = match eyes.conversations {
        Sight::All => None,
        sight => Some(visible(ctx, snapshot.conn(), sight, (after, last)).await?),
    };
    let theirs = |event: &Event| match (&now, event.conversation()) {
        (Some(ids), Some(id)) => ids.contains(&id.0),
        _ => true,
    };
    let seen = events.iter().filter_map(|stamped| Some((stamped, stamped.event.seen_by(eyes)?)));
    Ok((seen.filter(|(_, event)| theirs(event)).filter_map(|(stamped, event)| frame(stamped, &event)).collect(), last))
}

/// The conversations with events behind the first number, up to the second, that a member sees now who does not see all.
async fn visible(ctx: &Ctx, conn: Conn<'_>, sight: Sight, (after, last): (i64, i64)) -> Result<HashSet<Uuid>> {
    let Sight::Own { me, unassigned } = sight else { return Ok(HashSet::new()) };
    let own: Vec<Uuid> = sql!(scalars Uuid, conn, SEEN, ctx.ws(), after, last, me.0, unassigned)?;
    Ok(own.into_iter().collect())
}

struct Follower {
    receiver: Receiver<News>,
    last: i64,
    eyes: Eyes,
    ctx: Ctx,
}

impl Follower {
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let stamped = match self.receiver.recv().await {
                Ok(News::Event(stamped)) => stamped,
                Ok(News::Present(seen)) => {
                    let theirs = seen.signal.member != self.ctx.me().id;
                    if theirs && self.eyes.conversations.reaches(seen.assignee) {
                        return Some(Frame::Present { data: seen.json });
                    }
                    continue;
                }
                // Among what was passed over may be a change of what they may see.
                Err(RecvError::Lagged(_)) => return self.afresh().await,
                Err(RecvError::Closed) => return None,
            };
            if stamped.seq <= self.last {
                continue;
            }
            self.last = stamped.seq;
            if stamped.event.concerns(self.ctx.me().id) {
                // Removed, or it cannot be told: the stream ends. Whoever still may connects again.
                return self.afresh().await;
            }
            if let Some(frame) = stamped.event.seen_by(self.eyes).and_then(|event| frame(&stamped, &event)) {
                return Some(frame);
            }
        }
    }
}

impl Follower {
    /// With what the member may see now; `None` ends the stream.
    async fn afresh(&mut self) -> Option<Frame> {
        self.ctx = self.ctx.again().await.ok()?;
        self.eyes = eyes(&self.ctx);
        Some(Frame::Resync)
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

//! Takes the messages of a group of lanes whose turn it is, in one transaction of their workspace.

use super::{
    candidate::{Candidate, OPTED_OUT, Verdict},
    lane::Lane,
    outcome::{self, Aftermath},
    park::{AGAIN, Parks},
    settle,
    store::{self, Changes, NewAttempt, on_engine},
};
use crate::{
    Result, Services,
    conversations::row::RowRecord,
    db::{Tx, dialect},
    limits::PAIR_MEMORY,
    sql,
};
use domain::{
    message::Status,
    time::{Millis, SECOND},
};
use secrecy::SecretString;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// A process that holds a message for this long has crashed: longer than a message waits before it leaves and Meta may take to
/// answer.
pub(super) const LEASE: Millis = 35 * SECOND;
/// Later messages of a conversation wait this long for one whose outcome is open; then they pass.
pub(super) const WAITS: Millis = 30 * SECOND;
/// For how long a process takes a lane, and what must be left of it when it claims: as long as what it claims may take to leave.
pub(super) const LANE_LEASE: Millis = 15 * SECOND;
pub(super) const LANE_LEFT: Millis = 10 * SECOND;
/// Whoever takes a lane that somebody else had begins this long after they ended: no second holds the departures of both.
const HAND_OVER: Millis = SECOND;
/// By so much the clocks of processes that share a database may differ: a lane is handed over so much later.
const SKEW: Millis = SECOND;

/// The first of each conversation that is due, answers of people before the rest.
const HEADS: &str = "SELECT message_id FROM (SELECT o.message_id FROM outbox o
        WHERE o.workspace_id = $1 AND o.number_id = $2 AND o.bulk = FALSE AND o.due_at <= $3 AND o.lease_until <= $3
        AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id
            AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id)
            AND (e.stalled_at IS NULL OR e.stalled_at > $4))
        ORDER BY o.due_at, o.message_id LIMIT $5) AS answers
    UNION ALL SELECT message_id FROM (SELECT o.message_id FROM outbox o
        WHERE o.workspace_id = $1 AND o.number_id = $2 AND o.bulk = TRUE AND o.due_at <= $3 AND o.lease_until <= $3
        AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id
            AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id)
            AND (e.stalled_at IS NULL OR e.stalled_at > $4))
        ORDER BY o.due_at, o.message_id LIMIT $5) AS rest";
const LANE: &str = "SELECT holder, lease_until FROM lanes WHERE workspace_id = $1 AND number_id = $2";
const TAKE: &str = "INSERT INTO lanes (workspace_id, number_id, holder, lease_until) VALUES ($1, $2, $3, $4)
    ON CONFLICT (number_id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
    WHERE lanes.holder = excluded.holder OR lanes.lease_until <= $5";
const HOLDER: &str = "SELECT holder FROM lanes WHERE workspace_id = $1 AND number_id = $2";

/// A lane to claim from.
pub(super) struct Order {
    pub lane: Arc<Lane>,
    pub phone_number_id: Arc<str>,
    /// Nothing where the number is no longer connected: then nothing goes, and messages are told why.
    pub token: Option<Arc<Token>>,
    /// At most so many.
    pub most: usize,
    /// Whether the lane has to be taken, or its lease renewed, first.
    pub take: bool,
    /// A lease of another's that ends then, by a clock that is ahead of ours, and was not renewed for so long that they are gone.
    pub over: Option<Millis>,
    /// Whether what Meta reported until now is known: else nothing that Meta may have taken in spite of its answer goes again.
    pub heard: bool,
    /// Filled in by [`look`].
    pub heads: Vec<Uuid>,
    /// Filled in by [`claim`].
    pub hold: Hold,
}

/// An access token, and which one of its number it is: they are counted.
pub(super) struct Token {
    pub version: i64,
    pub secret: SecretString,
}

/// What became of the lane's lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// As it was.
    Same,
    /// Taken or renewed until then.
    Until(Millis),
    /// Taken until `until`, but not to be used for `wait` milliseconds.
    After { until: Millis, wait: Millis },
    /// Somebody else was faster.
    Lost,
}

/// A message that goes out once the transaction is committed.
pub(super) struct Going {
    /// Which order it belongs to.
    pub order: usize,
    pub message: Uuid,
    pub contact: Uuid,
    pub body: Value,
}

/// What a claim did.
pub(super) struct Claim {
    /// In the order of leaving, lane by lane.
    pub going: Vec<Going>,
    /// The last event.
    pub seq: Option<i64>,
    /// Whether anything was written.
    pub wrote: bool,
}

/// Reads whose turn it is, before the transaction that claims.
pub(super) async fn look(services: &Services, order: &mut Order, now: Millis) -> Result<()> {
    let mut read = services.db().snapshot().await?;
    if let Tx::Postgres(read) = &mut read {
        // Else it would read and sort all that waits.
        dialect::postgres::in_order(read).await?;
    }
    let (workspace, number) = (order.lane.workspace, order.lane.number);
    let most = i64::try_from(order.most).unwrap_or(i64::MAX);
    order.heads = sql!(scalars Uuid, read.conn(), HEADS, workspace, number, now, now - WAITS, most)?;
    read.commit().await?;
    order.heads.truncate(order.most);
    Ok(())
}

/// Claims for orders of one workspace as `group`. Nothing may leave before the commit.
pub(super) async fn claim(
    services: &Services,
    tx: &mut Tx,
    orders: &mut [(usize, &mut Order)],
    (holder, group): (&str, &str),
    now: Millis,
) -> Result<Claim> {
    let Some(workspace) = orders.first().map(|(_, order)| order.lane.workspace) else {
        return Ok(Claim { going: Vec::new(), seq: None, wrote: false });
    };
    let ids: Vec<Uuid> = orders.iter().flat_map(|(_, order)| order.heads.iter().copied()).collect();
    store::lock(tx, workspace, &ids).await?;
    let mut served: HashMap<Uuid, (usize, &Order)> = HashMap::new();
    for (at, order) in orders.iter_mut() {
        order.hold = match order.take {
            true => take(tx, order, holder, now).await?,
            false => held(tx, &order.lane, holder).await?,
        };
        if matches!(order.hold, Hold::Same | Hold::Until(_)) {
            served.insert(order.lane.number, (*at, &**order));
        }
    }
    let ids: Vec<Uuid> = served.values().flat_map(|(_, order)| order.heads.iter().copied()).collect();
    let mut found = store::candidates(tx, workspace, &ids).await?;
    // As written, people's answers first.
    found.sort_by_key(|c| (c.bulk, c.target.message.at, c.id()));
    let conversations: Vec<Uuid> = found.iter().map(|c| c.target.message.conversation_id).collect();
    let rows = store::rows(tx, workspace, &conversations).await?;
    let heard = served.values().all(|(_, order)| order.heard);
    // Asked under the lock: what was refused since the lanes were looked at stops what is next.
    let parks = Parks::load(tx, workspace).await?;
    prime(tx, workspace, &served, &found, now).await?;
    let (mut changes, mut after) = (Changes::default(), Aftermath::default());
    let mut going = Vec::new();
    let mut passing = Vec::new();
    // What is claimed here, by number and contact. It counts after the commit: what is rolled back has not gone.
    let mut along: HashMap<(Uuid, Uuid), u32> = HashMap::new();
    for mut c in found {
        let Some((order, Order { lane, token, .. })) = served.get(&c.target.number_id) else { continue };
        let Some(row) = rows.get(&c.target.message.conversation_id) else { continue };
        match c.judge(row, token.is_some(), heard, &parks, now) {
            Verdict::Go(body) => match along.entry((lane.number, c.contact_id)).or_default() {
                before if lane.pair(c.contact_id, *before, now) > now => {
                    changes.kept.push((c.id(), lane.pair(c.contact_id, *before, now), c.stalled_at));
                }
                before => {
                    *before += 1;
                    if c.earlier > 0 {
                        passing.push(c.id());
                    }
                    Status::Sending.as_str().clone_into(&mut c.target.message.status);
                    (c.target.message.error_text, c.target.error_code) = (None, None);
                    c.target.message.next_try_at = None;
                    going.push(Going { order: *order, message: c.id(), contact: c.contact_id, body });
                    changes.targets.push(c.target);
                }
            },
            verdict => close(services, c, row, verdict, now, &mut changes, &mut after),
        }
    }
    let leaving: Vec<Uuid> = going.iter().map(|going| going.message).collect();
    if !leaving.is_empty() {
        on_engine!(&mut *tx, lease(workspace, &leaving, group, now + LEASE))?;
    }
    overtake(tx, workspace, &passing, &mut changes).await?;
    let wrote = !changes.is_empty() || orders.iter().any(|(_, order)| order.take);
    settle::clear_up(services, tx, workspace, after, now).await?;
    changes.rows = rows;
    let seq = changes.write(tx, workspace, now).await?;
    Ok(Claim { going, seq, wrote })
}

/// Messages that do not go out now.
pub(super) fn close(
    services: &Services,
    c: Candidate,
    row: &RowRecord,
    verdict: Verdict,
    now: Millis,
    changes: &mut Changes,
    after: &mut Aftermath,
) {
    tracing::debug!(message = %c.id(), conversation = %row.id, ?verdict, "a message does not go out now");
    match verdict {
        Verdict::Fail(why) => {
            changes.attempts.push(withheld(&c, why, now));
            outcome::fail(c, why, None, now, changes);
        }
        Verdict::Cancel => {
            changes.attempts.push(withheld(&c, OPTED_OUT, now));
            outcome::cancel(c, OPTED_OUT, changes);
        }
        // It waits for somebody to resume it, others of its conversation do not.
        Verdict::Parked => changes.kept.push((c.id(), now + AGAIN, c.stalled_at.or(Some(now)))),
        Verdict::Unheard => changes.kept.push((c.id(), now + SECOND, c.stalled_at)),
        Verdict::Interrupted => outcome::interrupted(c, LEASE, now, services.confirmed_within(), changes),
        Verdict::GivenUp => outcome::given_up(c, now, changes, after),
        Verdict::Settled => changes.out.push(c.id()),
        Verdict::Leave | Verdict::Go(_) => {}
    }
}

fn withheld(c: &Candidate, why: &str, now: Millis) -> NewAttempt {
    NewAttempt {
        message: c.id(),
        nth: c.attempts + 1,
        started_at: now,
        ended_at: now,
        outcome: "withheld",
        http: None,
        code: None,
        said: why.to_owned(),
    }
}

/// Takes a lane, or renews its lease.
async fn take(tx: &mut Tx, order: &Order, holder: &str, now: Millis) -> Result<Hold> {
    let (workspace, number) = (order.lane.workspace, order.lane.number);
    let before = sql!(opt(Option<String>, Millis), tx.conn(), LANE, workspace, number)?;
    let until = now + LANE_LEASE;
    let over = order.over.map_or(now, |over| over.max(now));
    if sql!(exec tx.conn(), TAKE, workspace, number, holder, until, over)? == 0 {
        return Ok(Hold::Lost);
    }
    // On SQLite it was this process before it was started again, by the same clock.
    let hand_over = if matches!(tx, Tx::Sqlite(_)) { HAND_OVER } else { HAND_OVER + SKEW };
    Ok(match before {
        Some((other, ended)) if other.as_deref() != Some(holder) && ended <= now && ended + hand_over > now => {
            Hold::After { until, wait: ended + hand_over - now }
        }
        _ => Hold::Until(until),
    })
}

/// Whether it is still this process's: if a clock was set, another may think that the lease had ended. The lock of the workspace
/// keeps them from taking it now.
async fn held(tx: &mut Tx, lane: &Lane, holder: &str) -> Result<Hold> {
    let holds = sql!(scalar_opt Option<String>, tx.conn(), HOLDER, lane.workspace, lane.number)?.flatten();
    Ok(if holds.as_deref() == Some(holder) { Hold::Same } else { Hold::Lost })
}

/// A lane that was taken lately learns what others sent to the contacts that it meets. What it learns is as true if this
/// transaction is rolled back.
async fn prime(
    tx: &mut Tx,
    workspace: Uuid,
    served: &HashMap<Uuid, (usize, &Order)>,
    found: &[Candidate],
    now: Millis,
) -> Result<()> {
    for (number, (_, Order { lane, .. })) in served.iter().filter(|(_, (_, order))| order.lane.is_young()) {
        let strangers = lane.strangers(found.iter().filter(|c| c.target.number_id == *number).map(|c| c.contact_id));
        if strangers.is_empty() {
            continue;
        }
        let sent: Vec<(Uuid, i64)> =
            on_engine!(&mut *tx, sent_lately(workspace, &strangers, *number, now - PAIR_MEMORY))?;
        let held: Vec<(Uuid, Millis)> = on_engine!(&mut *tx, pair_held(workspace, &strangers, *number, now))?;
        lane.prime(strangers, sent, held, now);
    }
    Ok(())
}

/// Marks the earlier messages that these leave behind.
async fn overtake(tx: &mut Tx, workspace: Uuid, passing: &[Uuid], changes: &mut Changes) -> Result<()> {
    if passing.is_empty() {
        return Ok(());
    }
    let mut earlier: Vec<Uuid> = on_engine!(&mut *tx, earlier(workspace, passing))?;
    earlier.sort_unstable();
    earlier.dedup();
    // What is in hand already leaves before them.
    earlier.retain(|id| !changes.targets.iter().any(|target| target.message.id == *id));
    for c in store::candidates(tx, workspace, &earlier).await? {
        let mut target = c.target;
        if !target.message.overtaken {
            target.message.overtaken = true;
            changes.targets.push(target);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

use super::{Beside, Queue, Totals, beside::beside};
use crate::{
    Ctx, Result, Services,
    db::{Conn, system},
    sql,
};
use domain::{id::NumberId, permission::Permission, time::Millis};
use uuid::Uuid;

const LANES: &str = "SELECT n.id, n.name, n.display_number,
    COUNT(o.message_id) AS waiting,
    COALESCE(SUM(CASE WHEN o.lease_until > $2 THEN 1 ELSE 0 END), 0) AS in_flight,
    COALESCE(SUM(CASE WHEN o.stalled_at IS NOT NULL AND o.lease_until <= $2 THEN 1 ELSE 0 END), 0) AS delayed,
    MIN(o.queued_at) AS oldest,
    EXISTS (SELECT 1 FROM parks p WHERE p.workspace_id = $1 AND p.number_id = n.id
        AND p.scope IN ('token', 'number')) AS parked
    FROM numbers n LEFT JOIN outbox o ON o.number_id = n.id
    WHERE n.workspace_id = $1 AND (n.state = 'active' OR o.message_id IS NOT NULL)
    GROUP BY n.id, n.name, n.display_number, n.created_at ORDER BY n.created_at, n.id";
const MAILS: &str = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0), MIN(created_at)
    FROM mails WHERE state = 'waiting'";

/// What stands in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// What is in hand counts too.
    pub depth: i64,
    pub in_flight: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Millis>,
    /// By this process.
    pub flow: Totals,
}

/// The outbox of one business number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    pub id: NumberId,
    pub name: String,
    pub display_number: String,
    pub queue: Depth,
    /// Of those that wait: for another try, or for Meta's word.
    pub delayed: i64,
    /// It stands still until somebody or Meta lets it go on.
    pub parked: bool,
}

/// The queues as a workspace sees them: its own numbers, and what the installation has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub at: Millis,
    pub ingest: Depth,
    pub lanes: Vec<Lane>,
    pub mails: Depth,
    /// The workspace's own, but for the search.
    pub beside: Beside,
}

/// The outbox of a number, whosever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneDepth {
    pub id: Uuid,
    pub depth: i64,
    pub in_flight: i64,
    pub oldest: Option<Millis>,
}

/// The queues of the installation, for whoever watches over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    pub at: Millis,
    pub ingest: Depth,
    /// Numbers that have anything in their outbox.
    pub lanes: Vec<LaneDepth>,
    pub mails: Depth,
    pub beside: Beside,
    /// Deliveries and messages that were given up.
    pub dead: (i64, i64),
    /// What this process has done since it began.
    pub flows: Vec<(Queue, Totals)>,
}

type LaneRow = (Uuid, String, String, i64, i64, i64, Option<Millis>, bool);

/// How the queues are.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn status(ctx: &Ctx) -> Result<Status> {
    ctx.demand(Permission::OperationsView)?;
    let (services, now) = (ctx.services(), ctx.now());
    let ingest = ingest(services, now).await?;
    let mut read = ctx.read().await?;
    let rows: Vec<LaneRow> =
        sql!(all(Uuid, String, String, i64, i64, i64, Option<Millis>, bool), read.conn(), LANES, ctx.ws(), now)?;
    let mails = mails(services, read.conn(), now).await?;
    let beside = beside(services, read.conn(), Some(ctx.ws()), now).await?;
    let lane = |(id, name, display_number, depth, in_flight, delayed, oldest, parked): LaneRow| {
        let flow = services.tally().of(Queue::Lane(id), now);
        let queue = Depth { depth, in_flight, oldest, flow };
        Lane { id: id.into(), name, display_number, queue, delayed, parked }
    };
    Ok(Status { at: now, ingest, lanes: rows.into_iter().map(lane).collect(), mails, beside })
}

/// How the queues of the whole installation are.
///
/// # Errors
/// When the database cannot be asked.
pub async fn installation(services: &Services) -> Result<Installation> {
    let now = services.clock().now();
    let ingest = ingest(services, now).await?;
    let dead_deliveries = {
        let mut journal = services.db().read_journal().await?;
        system::count_dead_deliveries(journal.conn()).await?
    };
    let mut read = services.db().read().await?;
    let lanes = system::lane_depths(read.conn(), now).await?;
    let lane = |(id, depth, in_flight, oldest)| LaneDepth { id, depth, in_flight, oldest };
    Ok(Installation {
        at: now,
        ingest,
        lanes: lanes.into_iter().map(lane).collect(),
        mails: mails(services, read.conn(), now).await?,
        beside: beside(services, read.conn(), None, now).await?,
        dead: (dead_deliveries, system::count_dead_messages(read.conn()).await?),
        flows: services.tally().all(now),
    })
}

async fn ingest(services: &Services, now: Millis) -> Result<Depth> {
    let mut journal = services.db().read_journal().await?;
    let (oldest, depth) = system::oldest_pending(journal.conn()).await?;
    let flow = services.tally().of(Queue::Ingest, now);
    Ok(Depth { depth, in_flight: i64::try_from(flow.in_hand).unwrap_or(i64::MAX), oldest, flow })
}

async fn mails(services: &Services, conn: Conn<'_>, now: Millis) -> Result<Depth> {
    let (depth, in_flight, oldest) = sql!(one(i64, i64, Option<Millis>), conn, MAILS, now)?;
    Ok(Depth { depth, in_flight, oldest, flow: services.tally().of(Queue::Mail, now) })
}

//! Customers with open windows, and messages that wait for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use domain::message::Status;
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::time::sleep;

use crate::{
    database::Probe,
    load::{Load, Pace},
    meta::{self, Requests, chatter},
    world::{Office, World},
};

/// Connections that deliver what the customers write.
const CONNECTIONS: usize = 16;
/// Until all of it can be seen.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(200);

/// Nobody's number is young here: what its age allows is not what is measured.
const GROWN_UP: &str = "UPDATE workspaces SET warm_up = FALSE";
const WAITING: &str = "INSERT INTO outbox
    (message_id, workspace_id, number_id, conversation_id, contact_id, queued_at, due_at, lease_until, bulk)
    SELECT m.id, m.workspace_id, m.number_id, m.conversation_id, v.contact_id, m.at, m.at, 0, TRUE
    FROM messages m JOIN conversations v ON v.id = m.conversation_id
    WHERE m.status = 'queued' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id)";

/// Switches the guard of young numbers off, while no server runs.
pub async fn grow_up(world: &World) -> Result<()> {
    let mut probe = world.database.probe().await?;
    services::sql!(exec probe.conn(), GROWN_UP)?;
    probe.close().await
}

/// Lets so many customers write once, to all numbers in turn; returns when each of them can be answered.
pub async fn customers(world: &World, count: usize) -> Result<()> {
    let requests = Requests::texts(&world.signer(), &world.numbers(), 1, count, count, chatter);
    let load =
        Load { addr: world.addr, requests: Arc::new(requests), connections: CONNECTIONS, pace: Pace::Flood(PATIENCE) };
    let done = load.run().await?;
    ensure!(done.samples.len() == count, "not all deliveries were acknowledged");
    let mut probe = world.database.probe().await?;
    let (begun, expected) = (Instant::now(), i64::try_from(count)?);
    while probe.messages().await? < expected {
        ensure!(begun.elapsed() < PATIENCE, "the customers' messages do not become visible");
        sleep(LOOK).await;
    }
    probe.close().await
}

/// Puts `each` messages for every customer of a number into its queue, behind people's answers, while no server runs.
/// Returns how many wait now.
pub async fn fill(world: &World, office: &Office, each: usize) -> Result<usize> {
    // Written in the past, so that all are due.
    let at = i64::try_from(meta::now())? * 1_000 - 600_000;
    let phone_number_id = &office.number.phone_number_id;
    let mut probe = world.database.probe().await?;
    let written = match &mut probe {
        Probe::Sqlite(conn) => {
            let text = messages("randomblob(16)", each, at, phone_number_id);
            conn.execute(AssertSqlSafe(text)).await?.rows_affected()
        }
        Probe::Postgres(conn) => {
            let text = messages("gen_random_uuid()", each, at, phone_number_id);
            conn.execute(AssertSqlSafe(text)).await?.rows_affected()
        }
    };
    let waiting = services::sql!(exec probe.conn(), WAITING)?;
    ensure!(waiting == written, "{written} messages were written, but {waiting} wait");
    probe.close().await?;
    Ok(usize::try_from(written)?)
}

/// Returns once the search knows all that was written.
pub async fn searchable(probe: &mut Probe) -> Result<()> {
    const WAITS: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM search_queue LIMIT 1) AS first";
    let begun = Instant::now();
    while services::sql!(scalar i64, probe.conn(), WAITS)? > 0 {
        ensure!(begun.elapsed() < PATIENCE, "the search does not index what was written");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn messages(id: &str, each: usize, at: i64, phone_number_id: &str) -> String {
    let rank = Status::Queued.rank();
    format!(
        "WITH RECURSIVE nth (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM nth WHERE n < {each})
        INSERT INTO messages
        (id, workspace_id, conversation_id, number_id, direction, kind, body, status, status_rank, at)
        SELECT {id}, v.workspace_id, v.id, v.number_id, 'out', 'text', 'Your parcel is on its way, part ' || nth.n,
            'queued', {rank}, {at} + nth.n
        FROM conversations v JOIN numbers u ON u.id = v.number_id CROSS JOIN nth
        WHERE u.phone_number_id = '{phone_number_id}'"
    )
}

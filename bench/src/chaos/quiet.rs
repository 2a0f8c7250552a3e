//! Waits until nothing is under way any more.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use services::sql;
use simulator::Simulator;
use tokio::time::{sleep, timeout};

use crate::world::World;

/// On PostgreSQL a crashed process holds a message for 30 seconds; a delivery that failed waits for its turn.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(250);

const PENDING: &str = "SELECT COUNT(*) FROM deliveries WHERE state = 'pending'";
/// What is unconfirmed keeps its place until it is given up; a status may still come.
const OUTBOX: &str =
    "SELECT COUNT(*) FROM outbox o JOIN messages m ON m.id = o.message_id WHERE m.status <> 'unconfirmed'";

/// # Errors
/// When it does not become quiet.
pub async fn wait(world: &World, simulator: &Simulator) -> Result<()> {
    let mut journal = world.database.probe_journal().await?;
    let mut probe = world.database.probe().await?;
    let begun = Instant::now();
    loop {
        let outbox: i64 = sql!(scalar i64, probe.conn(), OUTBOX)?;
        // Statuses of what was sent last come in as deliveries.
        let settled = timeout(LOOK, simulator.settled()).await.is_ok();
        let pending: i64 = sql!(scalar i64, journal.conn(), PENDING)?;
        if outbox == 0 && settled && pending == 0 {
            break;
        }
        if begun.elapsed() >= PATIENCE {
            bail!(
                "it does not become quiet: {pending} deliveries pending, {outbox} messages to send, settled: {settled}"
            );
        }
        sleep(LOOK).await;
    }
    eprintln!("chaos: quiet after {:.1} s", begun.elapsed().as_secs_f64());
    probe.close().await?;
    journal.close().await
}

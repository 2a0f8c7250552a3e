//! A stretch without any trouble: how much of its limit a number uses from five seconds after a restart.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use simulator::{Sent, Simulator};
use tokio::time::{sleep, sleep_until};

use crate::{backlog, chaos::quiet, parlance::Parlance, world::World};

/// Numbers that send: few, so that the machine is not what is measured.
const NUMBERS: usize = 2;
/// Messages for each of a number's customers; there are 250.
const EACH: usize = 4;
/// From the restart until it counts.
const STARTS: Duration = Duration::from_secs(5);
/// What counts. The queue lasts longer.
const COUNTED: Duration = Duration::from_secs(5);
/// A number that Meta slowed down gets its speed back within this time.
const RECOVERY: Duration = Duration::from_secs(100);
/// Meta's limit.
const PER_SECOND: f64 = 80.0;
/// A number uses at least so much of it.
pub const ENOUGH: f64 = 0.95;

/// The smallest share of the limit that one of the numbers used; `well` is since when Graph makes no trouble.
pub async fn run(world: &World, simulator: &Simulator, well: Instant) -> Result<f64> {
    for office in &world.offices[..NUMBERS] {
        backlog::fill(world, office, EACH).await?;
    }
    sleep_until((well + RECOVERY).into()).await;
    let mut server = Parlance::spawn(world, true)?;
    server.ready().await?;
    sleep(STARTS).await;
    let from = now();
    sleep(COUNTED).await;
    let until = now();
    let sent = simulator.sent();
    let share = |phone_number_id: &str| {
        let counts = |at: i64| (from..until).contains(&at);
        let count = sent.iter().filter(|one| one.phone_number_id == phone_number_id && counts(one.at)).count();
        count as f64 / (PER_SECOND * (until - from) as f64 / 1_000.0)
    };
    let shares = world.offices[..NUMBERS].iter().map(|office| share(&office.number.phone_number_id));
    let least = shares.fold(f64::INFINITY, f64::min);
    if least < ENOUGH {
        tell(world, &sent, from);
    }
    quiet::wait(world, simulator).await.with_context(|| server.log_tail())?;
    server.stop().await?;
    Ok(least)
}

/// Second by second: whether it began late, paused, or was slow all the time.
fn tell(world: &World, sent: &[Sent], from: i64) {
    for office in &world.offices[..NUMBERS] {
        let id = &office.number.phone_number_id;
        let mut seconds: BTreeMap<i64, u32> = BTreeMap::new();
        for one in sent.iter().filter(|one| one.phone_number_id == *id) {
            *seconds.entry((one.at - from).div_euclid(1_000)).or_default() += 1;
        }
        let seconds: Vec<_> = seconds.range(-i64::try_from(STARTS.as_secs()).unwrap_or(0)..).collect();
        eprintln!("chaos sending: number {id} sent in each second {seconds:?}");
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

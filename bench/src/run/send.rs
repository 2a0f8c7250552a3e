//! How fast messages leave: twenty numbers at 80 a second each, Graph answers after 50 ms.
//!
//! Without statuses it counts what Graph takes; with all three statuses each, what is known to be read.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use services::sql;
use simulator::{Faults, Limits, Simulator};
use tokio::time::sleep;

use super::{ByEngine, Plan};
use crate::{
    backlog,
    engine::Engine,
    figures,
    graph::{Graph, Manner},
    meta,
    world::World,
};

const OFFICES: usize = 20;
/// Customers of all numbers together.
const CUSTOMERS: usize = 5_000;
pub(super) const LATENCY: Duration = Duration::from_millis(50);
/// Until the lanes are under way.
const WARM: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(500);
/// For the first message, and for all of them where statuses are counted.
const PATIENCE: Duration = Duration::from_secs(600);
/// Messages a second of all numbers together, should nothing hold them up.
const AT_MOST: usize = 1_600;

const READ: &str = "SELECT COUNT(*) FROM messages WHERE status = 'read' AND direction = 'out'";

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    statuses: &'static str,
    per_second: u64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        for statuses in [false, true] {
            let per_second = once(plan, engine, statuses).await?;
            eprintln!("send {} {round}, statuses {}: {per_second:.0}/s", engine.name(), word(statuses));
            all.push(engine, (statuses, per_second));
        }
    }
    for engine in plan.target.engines() {
        for statuses in [false, true] {
            let of_these = all.0.iter().filter(|(of, (with, _))| *of == engine && *with == statuses);
            let per_second = figures::whole(figures::median(of_these.map(|(_, (_, per_second))| *per_second)));
            figures::print(&Line { bench: "send", engine: engine.name(), statuses: word(statuses), per_second })?;
        }
    }
    Ok(())
}

const fn word(statuses: bool) -> &'static str {
    if statuses { "on" } else { "off" }
}

async fn once(plan: &Plan, engine: Engine, statuses: bool) -> Result<f64> {
    let mut graph = Graph::listen((0..OFFICES).map(meta::number))?;
    let world = World::with_graph(&plan.target, engine, OFFICES, &graph.url()).await?;
    backlog::grow_up(&world).await?;
    // The customers write while nothing sends.
    let server = world.start(true).await?;
    backlog::customers(&world, CUSTOMERS).await?;
    server.stop().await?;
    let time = Duration::from_secs(plan.scale.send_seconds.into());
    // With statuses the queue is sent to its end; without, it must outlast the stretch that is measured.
    let wanted =
        if statuses { plan.scale.send_with_statuses } else { AT_MOST * usize::try_from((WARM + time).as_secs() + 5)? };
    let mut waiting = 0;
    for office in &world.offices {
        waiting += backlog::fill(&world, office, wanted.div_ceil(CUSTOMERS)).await?;
    }
    let manner =
        Manner { latency: LATENCY, statuses, limits: Limits::default(), faults: Faults::default(), seed: None };
    let simulator = graph.start(&world, manner)?;
    let server = world.start(true).await?;
    let per_second = if statuses { all_read(&world, &simulator, waiting).await } else { taken(&simulator, time).await };
    let per_second = per_second.with_context(|| server.log_tail())?;
    check(&simulator)?;
    server.stop().await?;
    simulator.close();
    graph.end();
    world.end().await?;
    Ok(per_second)
}

/// What Graph takes a second, once it is under way.
async fn taken(simulator: &Simulator, time: Duration) -> Result<f64> {
    first(simulator).await?;
    sleep(WARM).await;
    let (begun, before) = (Instant::now(), simulator.counters().accepted);
    sleep(time).await;
    Ok((simulator.counters().accepted - before) as f64 / begun.elapsed().as_secs_f64())
}

/// From the first that Graph takes until the last is known to be read.
async fn all_read(world: &World, simulator: &Simulator, waiting: usize) -> Result<f64> {
    first(simulator).await?;
    let begun = Instant::now();
    let mut probe = world.database.probe().await?;
    let waiting = i64::try_from(waiting)?;
    loop {
        let read: i64 = sql!(scalar i64, probe.conn(), READ)?;
        if read == waiting {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "only {read} of {waiting} messages are known to be read");
        sleep(LOOK).await;
    }
    let time = begun.elapsed();
    probe.close().await?;
    Ok(waiting as f64 / time.as_secs_f64())
}

async fn first(simulator: &Simulator) -> Result<()> {
    let begun = Instant::now();
    while simulator.counters().accepted == 0 {
        ensure!(begun.elapsed() < PATIENCE, "nothing is sent");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Fast is worth nothing where it breaks the rules.
fn check(simulator: &Simulator) -> Result<()> {
    let above: u64 = simulator.paces().values().map(|pace| pace.above).sum();
    ensure!(above == 0, "{above} requests came above a number's limit");
    let mut keys: Vec<_> = simulator.sent().into_iter().map(|sent| sent.biz_opaque_callback_data).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    ensure!(keys.len() == all, "{} messages were sent twice", all - keys.len());
    Ok(())
}

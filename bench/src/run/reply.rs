//! From a colleague's click to Graph, while a campaign of another workspace waits.

use std::{
    collections::HashMap,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use services::sql;
use simulator::{Faults, Limits, Simulator};
use tokio::time::{sleep, sleep_until};
use uuid::Uuid;

use super::{ByEngine, Plan, send::LATENCY};
use crate::{
    backlog,
    engine::Engine,
    figures::{self, percentile},
    graph::{Graph, Manner},
    http::{self, Conn},
    meta,
    world::{OWNER, World},
};

/// The first has the campaign, the second the colleague.
const OFFICES: usize = 2;
/// Customers of both together.
const CUSTOMERS: usize = 1_000;
/// Sent by the campaign before the colleague begins.
const UNDER_WAY: u64 = 200;
/// Between two replies.
const STEP: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    p50_ms: f64,
    p95_ms: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let sorted = once(plan, engine).await?;
        let (p50, p95) = (percentile(&sorted, 0.5), percentile(&sorted, 0.95));
        let worst = percentile(&sorted, 1.0);
        eprintln!("reply {} {round}: p50 {p50:.1} ms, p95 {p95:.1} ms, worst {worst:.1} ms", engine.name());
        all.push(engine, (p50, p95));
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "reply",
            engine: engine.name(),
            p50_ms: all.median(engine, |(p50, _)| *p50, 1),
            p95_ms: all.median(engine, |(_, p95)| *p95, 1),
        })?;
    }
    Ok(())
}

/// Microseconds from sending the form to the request's arrival at Graph, the shortest first.
async fn once(plan: &Plan, engine: Engine) -> Result<Vec<u32>> {
    let mut graph = Graph::listen((0..OFFICES).map(meta::number))?;
    let world = World::with_graph(&plan.target, engine, OFFICES, &graph.url()).await?;
    backlog::grow_up(&world).await?;
    let server = world.start(true).await?;
    backlog::customers(&world, CUSTOMERS).await?;
    server.stop().await?;
    let each = plan.scale.reply_backlog * OFFICES / CUSTOMERS;
    let waiting = backlog::fill(&world, &world.offices[0], each).await?;
    let manner =
        Manner { latency: LATENCY, statuses: true, limits: Limits::default(), faults: Faults::default(), seed: None };
    let simulator = graph.start(&world, manner)?;
    let server = world.start(true).await?;
    let begun = Instant::now();
    while simulator.counters().accepted < UNDER_WAY {
        ensure!(begun.elapsed() < PATIENCE, "the campaign does not begin:\n{}", server.log_tail());
        sleep(Duration::from_millis(20)).await;
    }
    // The campaign waits; that it was written a moment ago, all at once, is a matter of this measurement.
    let mut probe = world.database.probe().await?;
    backlog::searchable(&mut probe).await?;
    probe.close().await?;
    let written = write(&world, plan.scale.replies).await?;
    let sorted = arrivals(&simulator, &written).await.with_context(|| server.log_tail())?;
    let sent = usize::try_from(simulator.counters().accepted)?;
    ensure!(waiting > sent, "the campaign was over before the last reply");
    server.stop().await?;
    simulator.close();
    graph.end();
    world.end().await?;
    Ok(sorted)
}

/// Answers one customer after the other; gives back when each form was sent, in milliseconds since 1970.
async fn write(world: &World, count: usize) -> Result<HashMap<String, f64>> {
    const THEIRS: &str = "SELECT v.id FROM conversations v JOIN numbers u ON u.id = v.number_id
        WHERE u.phone_number_id = $1 ORDER BY v.id";
    let office = &world.offices[1];
    let mut probe = world.database.probe().await?;
    let conversations: Vec<Uuid> = sql!(scalars Uuid, probe.conn(), THEIRS, &office.number.phone_number_id)?;
    probe.close().await?;
    let cookie = world.sign_in(OWNER).await?;
    let mut conn = Conn::open(world.addr).await?;
    let mut written = HashMap::new();
    let begun = Instant::now();
    for (nth, id) in conversations.iter().cycle().take(count).enumerate() {
        sleep_until((begun + STEP * u32::try_from(nth)?).into()).await;
        let key = Uuid::now_v7().to_string();
        let path = format!("/w/{}/conversations/{id}/reply", office.slug);
        let request = http::form(world.addr, &path, Some(&cookie), &[("text", "On its way."), ("key", &key)]);
        let at = now();
        let answer = conn.send(&request).await?;
        let taken = answer.status == 303 && answer.header("set-cookie").is_none();
        ensure!(taken, "a reply was refused with {}", answer.status);
        written.insert(key, at);
    }
    Ok(written)
}

async fn arrivals(simulator: &Simulator, written: &HashMap<String, f64>) -> Result<Vec<u32>> {
    let begun = Instant::now();
    loop {
        let mut micros = Vec::with_capacity(written.len());
        for sent in simulator.sent() {
            let at = sent.biz_opaque_callback_data.as_ref().and_then(|key| written.get(key));
            // Arrivals are whole milliseconds: half of one is lost on the average.
            micros.extend(at.map(|at| ((sent.at as f64 + 0.5 - at).max(0.0) * 1_000.0) as u32));
        }
        if micros.len() >= written.len() {
            ensure!(micros.len() == written.len(), "a reply was sent twice");
            micros.sort_unstable();
            return Ok(micros);
        }
        let missing = written.len() - micros.len();
        ensure!(begun.elapsed() < PATIENCE, "{missing} replies did not reach Graph");
        sleep(Duration::from_millis(100)).await;
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1_000.0)
}

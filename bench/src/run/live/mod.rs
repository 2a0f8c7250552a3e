//! From a customer's message to the screens of those who may see it, and to nobody else's.

mod listen;
mod staff;
mod verdict;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use serde::Serialize;

use super::{ByEngine, Plan};
use crate::{
    engine::Engine,
    figures::{self, percentile},
    load::{Load, Pace},
    meta::Requests,
    world::World,
};
use staff::Staff;
use verdict::Verdict;

/// Sent first and checked, but not timed: caches fill, plans are made.
const WARM_UP: usize = 100;
/// For what is on its way when the last delivery was acknowledged.
const PATIENCE: Duration = Duration::from_secs(20);
/// For events that should not come at all.
const QUIET: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let sorted = once(plan, engine).await?;
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile(&sorted, share));
        eprintln!(
            "live {} {round}: {} events, p50 {p50:.2} ms, p95 {p95:.2} ms, p99 {p99:.2} ms",
            engine.name(),
            sorted.len()
        );
        all.push(engine, [p50, p95, p99]);
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "live",
            engine: engine.name(),
            p50_ms: all.median(engine, |figures| figures[0], 3),
            p95_ms: all.median(engine, |figures| figures[1], 3),
            p99_ms: all.median(engine, |figures| figures[2], 3),
        })?;
    }
    Ok(())
}

/// Latencies in microseconds of every event at every listener.
async fn once(plan: &Plan, engine: Engine) -> Result<Vec<u32>> {
    let scale = plan.scale;
    let world = World::new(&plan.target, engine, 1).await?;
    let staff = Staff::hire(&world).await?;
    let server = world.start(true).await?;
    let conversations = staff::conversations(&world).await?;
    let listeners = listen::all(&world, &staff).await?;

    let count = WARM_UP + (scale.live_per_second * scale.live_seconds) as usize;
    let requests =
        Requests::texts(&world.signer(), &world.numbers(), 2, count, staff::CONTACTS, |nth| format!("live {nth}"));
    let load = Load {
        addr: world.addr,
        requests: Arc::new(requests),
        connections: 16,
        pace: Pace::Every(Duration::from_secs(1) / scale.live_per_second),
    };
    let sent = load.run().await?;
    let mut verdict = Verdict::new(&staff, &conversations, &sent.samples, WARM_UP);
    listen::until(&listeners, verdict.expected(), PATIENCE).await;
    tokio::time::sleep(QUIET).await;
    for listener in listeners {
        verdict.judge(listener.end()?)?;
    }
    server.stop().await?;
    world.end().await?;
    verdict.latencies()
}

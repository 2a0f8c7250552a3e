//! How long an acknowledgement takes while workers process what comes in.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use serde::Serialize;

use super::{ByEngine, Plan};
use crate::{
    engine::Engine,
    figures::{self, percentile},
    load::{Load, Pace},
    meta::{Requests, chatter},
    world::World,
};

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    p99_ms: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let sorted = once(plan, engine).await?;
        let p99 = percentile(&sorted, 0.99);
        eprintln!(
            "ack_busy {} {round}: p50 {:.2} ms, p99 {p99:.2} ms, worst {:.1} ms",
            engine.name(),
            percentile(&sorted, 0.5),
            percentile(&sorted, 1.0)
        );
        all.push(engine, p99);
    }
    for engine in plan.target.engines() {
        figures::print(&Line { bench: "ack_busy", engine: engine.name(), p99_ms: all.median(engine, |p99| *p99, 3) })?;
    }
    Ok(())
}

/// Latencies in microseconds, counted from the planned moment of each delivery.
async fn once(plan: &Plan, engine: Engine) -> Result<Vec<u32>> {
    let scale = plan.scale;
    let world = World::new(&plan.target, engine, 1).await?;
    let count = (scale.busy_per_second * scale.busy_seconds) as usize;
    let requests = Requests::texts(&world.signer(), &world.numbers(), 1, count, scale.contacts, chatter);
    let server = world.start(true).await?;
    let load = Load {
        addr: world.addr,
        requests: Arc::new(requests),
        connections: scale.connections,
        pace: Pace::Every(Duration::from_secs(1) / scale.busy_per_second),
    };
    let done = load.run().await?;
    let mut probe = world.database.probe().await?;
    let visible = probe.messages().await?;
    probe.close().await?;
    eprintln!("ack_busy {}: {visible} of {count} visible at the end", engine.name());
    server.stop().await?;
    world.end().await?;
    Ok(done.sorted())
}

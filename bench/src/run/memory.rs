//! Resident memory of the server: idle, and after a drain.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use super::{ByEngine, Plan, drain::drain};
use crate::{figures, world::World};

/// Until what happens at start is over.
const SETTLE: Duration = Duration::from_secs(3);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    idle_mib: f64,
    after_drain_mib: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let world = World::new(&plan.target, engine, 1).await?;
        let server = world.start(true).await?;
        tokio::time::sleep(SETTLE).await;
        let idle = server.resident_mib()?;
        drain(&world, plan.scale).await?;
        let after = server.resident_mib()?;
        eprintln!("memory {} {round}: idle {idle:.1} MiB, after a drain {after:.1} MiB", engine.name());
        server.stop().await?;
        world.end().await?;
        all.push(engine, (idle, after));
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "memory",
            engine: engine.name(),
            idle_mib: all.median(engine, |(idle, _)| *idle, 1),
            after_drain_mib: all.median(engine, |(_, after)| *after, 1),
        })?;
    }
    Ok(())
}

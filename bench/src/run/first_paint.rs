//! What an agent waits for: the inbox with a full first page in Chromium, nothing cached, until it can be read (largest
//! contentful paint) and until it answers (hydrated). Browser and server share the machine.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::{ByEngine, Plan, Scale, drain::drain};
use crate::{
    figures,
    world::{OWNER, World},
};

/// Drives the browser; beside the journeys, with what they need.
const SCRIPT: &str = "end2end/first-paint.mjs";
/// Customers who wrote; the first page of the list holds fewer.
const CUSTOMERS: usize = 60;
/// Messages of each.
const EACH: usize = 20;
/// Rows of the first page.
const ROWS: usize = 50;

/// One visit; milliseconds since it began.
#[derive(Clone, Copy, Deserialize)]
struct Visit {
    lcp: f64,
    hydrated: f64,
    rows: usize,
}

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    lcp_p50_ms: f64,
    lcp_max_ms: f64,
    hydrated_p50_ms: f64,
    hydrated_max_ms: f64,
    samples: usize,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    ensure!(
        Path::new(SCRIPT).is_file(),
        "{SCRIPT} is not here: run this in the repository (`make bench` prepares all it needs)"
    );
    let mut all = ByEngine::new();
    for (_, engine) in plan.turns() {
        let world = World::new(&plan.target, engine, 1).await?;
        let server = world.start(true).await?;
        drain(&world, &Scale { drain_deliveries: CUSTOMERS * EACH, contacts: CUSTOMERS, ..*plan.scale }).await?;
        let visits = visit(&world, plan.scale.visits).await?;
        server.stop().await?;
        world.end().await?;
        for visit in visits {
            ensure!(visit.rows == ROWS, "the first page has {} rows instead of {ROWS}", visit.rows);
            ensure!(visit.lcp > 0.0 && visit.hydrated > 0.0, "the browser has seen nothing");
            all.push(engine, visit);
        }
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "first_paint",
            engine: engine.name(),
            lcp_p50_ms: all.median(engine, |visit| visit.lcp, 0),
            lcp_max_ms: all.greatest(engine, |visit| visit.lcp, 0),
            hydrated_p50_ms: all.median(engine, |visit| visit.hydrated, 0),
            hydrated_max_ms: all.greatest(engine, |visit| visit.hydrated, 0),
            samples: all.count(engine),
        })?;
    }
    Ok(())
}

async fn visit(world: &World, samples: usize) -> Result<Vec<Visit>> {
    let slug = &world.offices.first().context("there is a workspace")?.slug;
    let output = Command::new("node")
        .arg(SCRIPT)
        .env("FIRST_PAINT_URL", format!("http://{}/w/{slug}/inbox?view=all", world.addr))
        .env("FIRST_PAINT_COOKIE", world.sign_in(OWNER).await?)
        .env("FIRST_PAINT_SAMPLES", samples.to_string())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start node (20 or newer is needed)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{SCRIPT} ended with {}:\n{said}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

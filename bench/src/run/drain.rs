//! From the first delivery until all are visible, and until the search finds them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::time::{sleep, timeout};

use super::{ByEngine, Plan, Scale};
use crate::{
    backlog,
    database::Probe,
    figures,
    load::{Load, Pace},
    meta::{Requests, chatter},
    world::World,
};

/// The same deliveries into one workspace, and spread over twenty.
const WORKSPACES: [usize; 2] = [1, 20];
/// Far below any figure that would be worth printing.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at the counters: one row a workspace.
const LOOK: Duration = Duration::from_millis(20);
/// Between two real counts, should the counters not tell.
const COUNT: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    workspaces: usize,
    per_second: u64,
    /// Seconds from the moment when all are visible until the search finds them.
    searchable_after_s: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        for workspaces in WORKSPACES {
            let world = World::new(&plan.target, engine, workspaces).await?;
            let server = world.start(true).await?;
            let drained = drain(&world, plan.scale).await?;
            eprintln!(
                "drain {} {round}, {workspaces} workspace(s): acknowledged in {:.2} s, visible in {:.2} s, {:.0}/s, found by the search \
                 {:.2} s later",
                engine.name(),
                drained.acknowledged,
                drained.visible,
                drained.per_second,
                drained.searchable_after
            );
            server.stop().await?;
            world.end().await?;
            all.push(engine, (workspaces, drained));
        }
    }
    for engine in plan.target.engines() {
        for workspaces in WORKSPACES {
            let of_these = || all.of(engine).filter(|(n, _)| *n == workspaces).map(|(_, drained)| drained);
            figures::print(&Line {
                bench: "drain",
                engine: engine.name(),
                workspaces,
                per_second: figures::whole(figures::median(of_these().map(|drained| drained.per_second))),
                searchable_after_s: figures::round(
                    figures::median(of_these().map(|drained| drained.searchable_after)),
                    2,
                ),
            })?;
        }
    }
    Ok(())
}

/// A finished drain; seconds since the first delivery.
pub(super) struct Drained {
    pub acknowledged: f64,
    pub visible: f64,
    pub per_second: f64,
    /// Seconds since all were visible.
    pub searchable_after: f64,
}

/// Delivers as fast as it is acknowledged, and waits until every message can be seen.
pub(super) async fn drain(world: &World, scale: &Scale) -> Result<Drained> {
    let count = scale.drain_deliveries;
    let requests = Requests::texts(&world.signer(), &world.numbers(), 1, count, scale.contacts, chatter);
    let mut probe = world.database.probe().await?;
    let load = Load {
        addr: world.addr,
        requests: Arc::new(requests),
        connections: scale.connections,
        pace: Pace::Flood(PATIENCE),
    };
    let start = Instant::now();
    let delivering = tokio::spawn(load.run());
    let expected = i64::try_from(count)?;
    timeout(PATIENCE, all_visible(&mut probe, expected)).await.context("the deliveries do not become visible")??;
    let visible = start.elapsed().as_secs_f64();
    timeout(PATIENCE, backlog::searchable(&mut probe)).await.context("the search does not index what came")??;
    let searchable_after = start.elapsed().as_secs_f64() - visible;
    let done = delivering.await??;
    ensure!(done.samples.len() == count, "not all deliveries were acknowledged");
    let (contacts, conversations) = parties(&mut probe).await?;
    probe.close().await?;
    let expected = i64::try_from(scale.contacts.min(count))?;
    ensure!(
        contacts == expected && conversations == expected,
        "{expected} customers wrote, but there are {contacts} contacts and {conversations} conversations"
    );
    Ok(Drained { acknowledged: done.seconds, visible, per_second: count as f64 / visible, searchable_after })
}

async fn all_visible(probe: &mut Probe, expected: i64) -> Result<()> {
    let mut counted = Instant::now();
    loop {
        if probe.events().await? >= expected || counted.elapsed() >= COUNT {
            let messages = probe.messages().await?;
            ensure!(messages <= expected, "{messages} messages out of {expected} deliveries");
            if messages == expected {
                return Ok(());
            }
            counted = Instant::now();
        }
        sleep(LOOK).await;
    }
}

async fn parties(probe: &mut Probe) -> Result<(i64, i64)> {
    const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM contacts), (SELECT COUNT(*) FROM conversations)";
    Ok(services::sql!(one(i64, i64), probe.conn(), COUNTS)?)
}

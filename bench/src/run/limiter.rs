//! How long it takes to see whether a workspace may send one more message in this minute.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use domain::plan::Plan as Booked;
use serde::Serialize;
use services::{Services, accounts, limits};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{ByEngine, Plan};
use crate::{
    engine::Engine,
    figures::{self, percentile},
    world::{OWNER, PASSWORD, World},
};

/// Who send in turns: one alone has its minute used up too soon.
const WORKSPACES: usize = 20;
/// Between two messages of one who sends.
const BETWEEN: Duration = Duration::from_millis(1);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    one_p50_us: f64,
    one_p99_us: f64,
    sixteen_p50_us: f64,
    sixteen_p99_us: f64,
}

/// Sorted, in nanoseconds.
struct Times {
    one: Vec<u32>,
    sixteen: Vec<u32>,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let times = once(plan, engine).await?;
        eprintln!(
            "limiter {} {round}: {:.1} us alone, {:.1} us beside fifteen others (p99)",
            engine.name(),
            percentile(&times.one, 0.99),
            percentile(&times.sixteen, 0.99)
        );
        all.push(engine, times);
    }
    for engine in plan.target.engines() {
        let micros = |figure: fn(&Times) -> &Vec<u32>, share: f64| {
            all.median(engine, |times| percentile(figure(times), share), 1)
        };
        figures::print(&Line {
            bench: "limiter",
            engine: engine.name(),
            one_p50_us: micros(|times| &times.one, 0.5),
            one_p99_us: micros(|times| &times.one, 0.99),
            sixteen_p50_us: micros(|times| &times.sixteen, 0.5),
            sixteen_p99_us: micros(|times| &times.sixteen, 0.99),
        })?;
    }
    Ok(())
}

async fn once(plan: &Plan, engine: Engine) -> Result<Times> {
    let world = World::new(&plan.target, engine, WORKSPACES).await?;
    let services = world.services().await?;
    let mut workspaces = Vec::new();
    let owner = accounts::sign_in(&services, OWNER, PASSWORD, IpAddr::from(Ipv4Addr::LOCALHOST)).await?;
    for office in &world.offices {
        workspaces.push(services.ctx(owner.user, &office.slug).await?.workspace().id.0);
    }
    let time = plan.scale.limiter_time;
    let one = together(&services, &workspaces, 1, time).await?;
    let sixteen = together(&services, &workspaces, 16, time).await?;
    services.close().await;
    world.end().await?;
    Ok(Times { one, sixteen })
}

/// What `many` who send at the same time wait for. All that a decision needs counts, also another block from the database.
async fn together(services: &Services, workspaces: &[Uuid], many: usize, time: Duration) -> Result<Vec<u32>> {
    let until = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for first in 0..many {
        let (services, workspaces) = (services.clone(), workspaces.to_vec());
        tasks.spawn(async move {
            let mut times = Vec::new();
            for nth in first.. {
                if Instant::now() > until {
                    break;
                }
                let workspace = workspaces[nth % workspaces.len()];
                let now = services.clock().now();
                let begun = Instant::now();
                let reserved = limits::reserve(&services, None, workspace, Booked::Enterprise, now, 1).await;
                times.push(u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX));
                // As in the transaction that writes the message: what is not counted would look idle to other processes.
                let reserved = reserved?;
                let mut tx = services.db().begin().await?;
                limits::count(&services, &mut tx, workspace, &reserved, 1).await?;
                tx.commit().await?;
                reserved.keep();
                tokio::time::sleep(BETWEEN).await;
            }
            Ok::<_, services::Error>(times)
        });
    }
    let mut all = Vec::new();
    for times in tasks.join_all().await {
        all.extend(times?);
    }
    ensure!(all.len() > 1_000, "only {} decisions", all.len());
    all.sort_unstable();
    Ok(all)
}

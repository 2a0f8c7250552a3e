//! How long it takes to open a secret: one that is at hand, and one that has to be read from the database.

use std::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use anyhow::{Context, Result};
use domain::id::{NumberId, WorkspaceId};
use secrecy::SecretString;
use serde::Serialize;
use services::{
    Services, accounts, numbers,
    vault::{Kind, MasterKey, Purpose, Vault},
};

use super::{ByEngine, Plan};
use crate::{
    engine::Engine,
    figures::{self, percentile},
    world::{OWNER, PASSWORD, TOKEN, World},
};

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    open_p50_us: f64,
    open_p99_us: f64,
    load_p50_us: f64,
    load_p99_us: f64,
}

/// Sorted, in nanoseconds.
struct Times {
    open: Vec<u32>,
    load: Vec<u32>,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (round, engine) in plan.turns() {
        let times = once(plan, engine).await?;
        eprintln!(
            "vault {} {round}: open {:.1} us, load {:.1} us (p99)",
            engine.name(),
            percentile(&times.open, 0.99),
            percentile(&times.load, 0.99)
        );
        all.push(engine, times);
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "vault",
            engine: engine.name(),
            open_p50_us: all.median(engine, |times| percentile(&times.open, 0.5), 1),
            open_p99_us: all.median(engine, |times| percentile(&times.open, 0.99), 1),
            load_p50_us: all.median(engine, |times| percentile(&times.load, 0.5), 1),
            load_p99_us: all.median(engine, |times| percentile(&times.load, 0.99), 1),
        })?;
    }
    Ok(())
}

async fn once(plan: &Plan, engine: Engine) -> Result<Times> {
    let world = World::new(&plan.target, engine, 1).await?;
    let services = world.services().await?;
    let (workspace, number) = place(&services, &world).await?;
    let vault = Vault::new(MasterKey::from_hex(&world.master_key)?);
    let sealed = vault.seal(workspace, Kind::AccessToken, 1, &SecretString::from(TOKEN));

    let mut times = Times { open: Vec::new(), load: Vec::new() };
    for nth in 0..plan.scale.secrets + WARM {
        let begun = Instant::now();
        black_box(vault.open(workspace, Kind::AccessToken, 1, black_box(&sealed)).await?);
        note(&mut times.open, nth, begun);
    }
    for nth in 0..plan.scale.secrets + WARM {
        let begun = Instant::now();
        black_box(numbers::token(&services, workspace, number, Purpose::Send).await?);
        note(&mut times.load, nth, begun);
    }
    times.open.sort_unstable();
    times.load.sort_unstable();
    services.close().await;
    world.end().await?;
    Ok(times)
}

/// So many do not count.
const WARM: usize = 200;

fn note(times: &mut Vec<u32>, nth: usize, begun: Instant) {
    if nth >= WARM {
        times.push(u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
}

async fn place(services: &Services, world: &World) -> Result<(WorkspaceId, NumberId)> {
    let office = world.offices.first().context("a workspace was made")?;
    let address = IpAddr::from(Ipv4Addr::LOCALHOST);
    let owner = accounts::sign_in(services, OWNER, PASSWORD, address).await?;
    let ctx = services.ctx(owner.user, &office.slug).await?;
    let number = numbers::list(&ctx).await?.first().map(|number| number.id);
    Ok((ctx.workspace().id, number.context("a number was connected")?))
}

//! Many numbers send at once while Graph misbehaves, a token dies and the server is killed.
//!
//! In the end every message has arrived, or it is said why not; none left twice; no number was ever too fast; and with a well
//! Graph each number uses what it may use.

mod feed;
mod stretch;
mod verdict;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rand::{Rng, SeedableRng, rngs::StdRng};
use services::numbers;
use simulator::{Fault, Faults, Limits, Simulator};
use tokio::time::{sleep, timeout};

use super::quiet;
use crate::{
    backlog,
    engine::{Engine, Target},
    graph::{Graph, Manner},
    meta,
    parlance::Parlance,
    world::{OWNER, TOKEN, World},
};
use feed::Feed;
use verdict::Verdict;

/// Workspaces, with a number each.
const OFFICES: usize = 20;
/// Messages, each to somebody else.
const SENDS: usize = 5_000;
/// Colleagues who write them, all the time.
const WRITERS: usize = 16;
const KILLS: u32 = 5;
/// From ready to killed, in milliseconds. On PostgreSQL a killed process keeps its lanes for 15 seconds.
const ALIVE: std::ops::Range<u64> = 4_000..20_000;
/// Between a kill and the next start.
const DOWN: std::ops::Range<u64> = 100..800;
/// The token dies before this kill, and the number is connected again after that one.
const DIES: u32 = 2;
const COMES_BACK: u32 = 4;
/// Whose token it is.
const VICTIM: usize = 7;
/// Long enough that a kill often meets a request under way.
const LATENCY: Duration = Duration::from_millis(50);
/// For the writers to get rid of what is left once nothing is killed any more.
const LAST_CALLS: Duration = Duration::from_secs(120);

fn faults() -> Faults {
    Faults {
        error_before: Fault::rate(0.05),
        error_after: Fault::rate(0.05),
        rate_limited: Fault::rate(0.10),
        lost_answer: Fault::rate(0.03),
        reset: Fault::rate(0.02),
        ..Faults::default()
    }
}

/// Runs it on one engine.
pub(super) async fn once(target: &Target, engine: Engine, seed: u64) -> Result<Verdict> {
    let mut graph = Graph::listen((0..OFFICES).map(meta::number))?;
    let world = Arc::new(World::with_graph(target, engine, OFFICES, &graph.url()).await?);
    backlog::grow_up(&world).await?;
    let manner = Manner {
        latency: LATENCY,
        statuses: true,
        limits: Limits::default(),
        faults: Faults::default(),
        seed: Some(seed),
    };
    let simulator = graph.start(&world, manner)?;
    let mut server = world.start(true).await?;
    backlog::customers(&world, SENDS).await?;
    let cookie = world.sign_in(OWNER).await?;
    let feed = Arc::new(Feed::read(&world, cookie).await?);
    ensure!(feed.total() == SENDS, "{} conversations instead of {SENDS}", feed.total());

    simulator.set_faults(faults());
    let mut writers = feed.start(&world, WRITERS);
    let mut rng = StdRng::seed_from_u64(seed);
    let victim = world.offices[VICTIM].number.phone_number_id.clone();
    for nth in 1..=KILLS {
        if nth == DIES {
            simulator.set_token_dead(&victim, true);
        }
        sleep(Duration::from_millis(rng.random_range(ALIVE))).await;
        server.kill().await?;
        let (at, engine) = (simulator.now(), engine.name());
        eprintln!("chaos sending {engine}: kill {nth} at {at}; {}, {}", feed.progress(), sent(&simulator));
        if nth == COMES_BACK {
            simulator.set_token_dead(&victim, false);
            reconnect(&world, VICTIM).await?;
        }
        sleep(Duration::from_millis(rng.random_range(DOWN))).await;
        server = Parlance::spawn(&world, true)?;
        server.ready().await?;
        eprintln!("chaos sending {engine}: ready again at {}", simulator.now());
    }
    let all_written = timeout(LAST_CALLS, async {
        while writers.join_next().await.transpose()?.is_some() {}
        anyhow::Ok(())
    });
    all_written.await.context("the last messages cannot be written")??;
    // From here on Graph is well; what it refused before is tried again.
    simulator.set_faults(Faults::default());
    let well = Instant::now();
    quiet::wait(&world, &simulator).await.with_context(|| server.log_tail())?;
    server.stop().await?;

    let share = stretch::run(&world, &simulator, well).await?;
    let verdict = verdict::judge(&world, &feed, &simulator, engine, KILLS, share).await?;
    simulator.close();
    graph.end();
    drop(feed);
    let world = Arc::try_unwrap(world).ok().context("somebody still writes")?;
    world.end().await?;
    Ok(verdict)
}

fn sent(simulator: &Simulator) -> String {
    let counters = simulator.counters();
    format!("{} sent, {} faults", counters.accepted, counters.faulted)
}

/// Gives a number its token anew, as an owner would.
async fn reconnect(world: &World, nth: usize) -> Result<()> {
    let services = world.services().await?;
    let office = &world.offices[nth];
    let connect = numbers::Connect {
        phone_number_id: office.number.phone_number_id.clone(),
        waba_id: office.number.waba_id.clone(),
        display_number: format!("+{}", office.number.display),
        token: TOKEN.to_owned().into(),
        name: None,
    };
    numbers::connect(&services, &office.slug, connect).await?;
    services.db().close().await;
    Ok(())
}

//! `bench chaos`: `kill -9` under load, restart, compare.
//!
//! Customers write, colleagues answer, statuses come in, and the server is killed at random moments. In the end every message
//! whose delivery was answered with 200 must be there exactly once, and no reply may have left twice. The second part, in
//! [`sending`], is about many numbers at once.

mod book;
mod customers;
mod quiet;
mod repliers;
mod sending;
mod verdict;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use rand::{Rng, SeedableRng, rngs::StdRng};
use simulator::{Fault, Faults, Limits};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    engine::{Engine, Target},
    figures,
    graph::{Graph, Manner},
    meta,
    parlance::Parlance,
    world::{OWNER, World},
};
use book::Book;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Only this.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// How often the server is killed in the first part.
    #[arg(long, default_value_t = 10)]
    kills: u32,
    /// Repeats the choices of an earlier run; its moments differ all the same.
    #[arg(long)]
    seed: Option<u64>,
}

/// The two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Customers write, colleagues answer.
    Inbox,
    /// Many numbers send while Graph misbehaves.
    Sending,
}

/// Long enough that a kill often meets a request under way.
const LATENCY: Duration = Duration::from_millis(20);
/// Workspaces, with a number each.
const OFFICES: usize = 2;
/// Deliveries under way at the same time.
const CUSTOMERS: u64 = 8;
/// Colleagues who answer at the same time.
const REPLIERS: u64 = 4;
/// From ready to killed, in milliseconds.
const ALIVE: std::ops::Range<u64> = 0..2_500;
/// Every so often it is killed while it starts, so many milliseconds after it was called.
const STARTING: std::ops::Range<u64> = 0..120;
const WHILE_STARTING: f64 = 0.15;
/// Between a kill and the next start, in milliseconds.
const DOWN: std::ops::Range<u64> = 0..300;
/// At the beginning and at the end.
const CALM: Duration = Duration::from_secs(2);
/// For callers to notice that all is over.
const LAST_CALLS: Duration = Duration::from_secs(30);

/// Runs it on every engine that was asked for.
///
/// # Errors
/// When anything was lost, doubled or sent twice on any of them.
pub async fn run(args: Args) -> Result<()> {
    let seed = args.seed.unwrap_or_else(rand::random);
    eprintln!("chaos: seed {seed}");
    let mut wrong = Vec::new();
    for engine in args.target.engines() {
        let name = engine.name();
        if args.only != Some(Part::Sending) {
            let verdict = once(&args.target, engine, args.kills, seed).await.with_context(|| name)?;
            figures::print(&verdict.line)?;
            wrong.extend(verdict.wrong.into_iter().map(|what| format!("{name}: {what}")));
        }
        if args.only != Some(Part::Inbox) {
            let verdict =
                sending::once(&args.target, engine, seed).await.with_context(|| format!("sending, {name}"))?;
            figures::print(&verdict.line)?;
            wrong.extend(verdict.wrong.into_iter().map(|what| format!("sending, {name}: {what}")));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

async fn once(target: &Target, engine: Engine, kills: u32, seed: u64) -> Result<verdict::Verdict> {
    let mut graph = Graph::listen((0..OFFICES).map(meta::number))?;
    let world = Arc::new(World::with_graph(target, engine, OFFICES, &graph.url()).await?);
    let faults = Faults {
        rate_limited: Fault::rate(0.01),
        error_after: Fault::rate(0.01),
        reset: Fault::rate(0.01),
        lost_answer: Fault::rate(0.02),
        duplicate: Fault::rate(0.05),
        reorder: Fault::rate(0.05),
        ..Faults::default()
    };
    // How fast it may be is the other part's matter.
    let limits = Limits::none();
    let manner = Manner { latency: LATENCY, statuses: true, limits, faults, seed: Some(seed) };
    let simulator = graph.start(&world, manner)?;
    let mut server = world.start(true).await?;
    let book = Arc::new(Book::new(seed));
    book.signed_in(world.sign_in(OWNER).await?);

    let mut callers = JoinSet::new();
    for nth in 0..CUSTOMERS {
        callers.spawn(customers::deliver(world.clone(), book.clone(), simulator.clone(), seed.wrapping_add(nth)));
    }
    for nth in 0..REPLIERS {
        callers.spawn(repliers::answer(world.clone(), book.clone(), seed.wrapping_add(1_000 + nth)));
    }
    sleep(CALM).await;
    book.learn_conversations(&world).await?;
    let mut rng = StdRng::seed_from_u64(seed);
    for nth in 1..=kills {
        let starting = nth > 1 && rng.random_bool(WHILE_STARTING);
        let alive = rng.random_range(if starting { STARTING } else { ALIVE });
        if nth > 1 {
            sleep(Duration::from_millis(rng.random_range(DOWN))).await;
            server = Parlance::spawn(&world, true)?;
            if !starting {
                server.ready().await?;
                book.learn_conversations(&world).await?;
            }
        }
        sleep(Duration::from_millis(alive)).await;
        server.kill().await?;
        let when = if starting { "starting" } else { "running" };
        eprintln!("chaos {}: kill {nth} after {alive} ms of {when}; {}", engine.name(), book.progress());
    }
    let server = world.start(true).await?;
    book.learn_conversations(&world).await?;
    sleep(CALM).await;
    book.stop();
    let ended = timeout(LAST_CALLS, async {
        while callers.join_next().await.transpose()?.is_some() {}
        anyhow::Ok(())
    });
    ended.await.context("a caller hangs")??;
    quiet::wait(&world, &simulator).await.with_context(|| server.log_tail())?;
    server.stop().await?;
    let verdict = verdict::judge(&world, &book, &simulator, engine, kills).await?;
    simulator.close();
    graph.end();
    let world = Arc::try_unwrap(world).ok().context("somebody still calls")?;
    world.end().await?;
    ensure!(verdict.line.acked > 0 && verdict.line.replies > 0, "nothing was acknowledged or answered: no test");
    Ok(verdict)
}

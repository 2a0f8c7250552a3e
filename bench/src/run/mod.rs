//! `bench run`: each measurement on a fresh database, in several rounds that take turns, the median of each figure.

mod ack;
mod assets;
mod audit;
mod busy;
mod drain;
mod export;
mod first_paint;
mod import;
mod limiter;
mod live;
mod memory;
mod permission;
mod query;
mod reply;
mod send;
mod vault;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use std::time::Duration;

use crate::{
    data::{Home, Size},
    engine::{Engine, Target},
};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Only these.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Bench>,
    /// How often each is repeated; the medians are printed.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// A tenth of the work: shows that everything runs, proves nothing.
    #[arg(long)]
    quick: bool,
    /// The workspace of `query`.
    #[command(flatten)]
    size: Size,
    #[command(flatten)]
    home: Home,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// Deliveries acknowledged a second, beside a route that only checks signatures.
    Ack,
    /// How long an acknowledgement takes while workers process 2,000 deliveries a second.
    #[value(name = "ack_busy")]
    AckBusy,
    /// From the first of 30,000 deliveries until all are visible.
    Drain,
    /// From a delivery to the screens of those who may see it.
    Live,
    /// Twenty numbers with a queue each, until Graph has it.
    Send,
    /// From a colleague's click to Graph, while a campaign of another workspace waits.
    Reply,
    /// Resident memory, idle and after a drain.
    Memory,
    /// A long audit trail as a file: speed, and memory meanwhile.
    Export,
    /// A long file of contacts: speed, and memory meanwhile.
    Import,
    /// What a browser loads.
    Assets,
    /// The inbox in a browser with an empty cache: until it can be read, and until it answers.
    #[value(name = "first_paint")]
    FirstPaint,
    /// A change with its entry in the audit trail, beside the same change without.
    Audit,
    /// A secret that is opened, at hand and from the database.
    Vault,
    /// Whether a member may do something.
    Permission,
    /// Lists, threads and the search in a workspace of a million messages.
    Query,
    /// Whether a workspace may send one more message in this minute.
    Limiter,
}

/// How much each measurement does.
struct Scale {
    /// Connections that deliver at the same time.
    connections: usize,
    /// Deliveries built for a stretch of `ack`: enough to last for `ack_time`.
    ack_requests: usize,
    ack_time: Duration,
    busy_per_second: u32,
    busy_seconds: u32,
    drain_deliveries: usize,
    contacts: usize,
    live_per_second: u32,
    live_seconds: u32,
    /// The stretch in which `send` counts, without statuses.
    send_seconds: u32,
    /// Messages that `send` waits for, with statuses.
    send_with_statuses: usize,
    /// Messages of the campaign beside `reply`.
    reply_backlog: usize,
    replies: usize,
    audit_batches: u32,
    /// Entries of the audit trail that is exported.
    export_entries: i64,
    /// Lines of the file of contacts that is imported.
    import_lines: i64,
    /// Secrets that are opened.
    secrets: usize,
    /// Visits of `first_paint` in a round.
    visits: usize,
    /// Questions of each kind that `query` asks.
    queries: usize,
    /// Long enough that the twenty first questions of a minute are not one in a hundred.
    limiter_time: Duration,
}

const FULL: Scale = Scale {
    connections: 64,
    ack_requests: 200_000,
    ack_time: Duration::from_millis(4_500),
    busy_per_second: 2_000,
    busy_seconds: 60,
    drain_deliveries: 30_000,
    contacts: 1_000,
    live_per_second: 200,
    live_seconds: 20,
    send_seconds: 60,
    send_with_statuses: 30_000,
    reply_backlog: 100_000,
    replies: 300,
    audit_batches: 120,
    export_entries: 1_000_000,
    import_lines: 1_000_000,
    secrets: 20_000,
    visits: 15,
    queries: 1_000,
    limiter_time: Duration::from_secs(20),
};

const QUICK: Scale = Scale {
    ack_requests: 20_000,
    ack_time: Duration::from_millis(1_000),
    busy_seconds: 6,
    drain_deliveries: 3_000,
    live_seconds: 4,
    send_seconds: 6,
    send_with_statuses: 5_000,
    reply_backlog: 10_000,
    replies: 50,
    audit_batches: 12,
    export_entries: 100_000,
    import_lines: 100_000,
    secrets: 2_000,
    visits: 3,
    queries: 100,
    limiter_time: Duration::from_secs(2),
    ..FULL
};

/// What a measurement is given.
struct Plan {
    target: Target,
    scale: &'static Scale,
    rounds: u32,
    size: Size,
    home: Home,
}

impl Plan {
    /// Rounds and engines, taking turns: what disturbs the machine for a while disturbs all alike.
    fn turns(&self) -> impl Iterator<Item = (u32, Engine)> {
        let engines = self.target.engines();
        (1..=self.rounds).flat_map(move |round| engines.clone().into_iter().map(move |engine| (round, engine)))
    }
}

/// Runs what was asked for.
pub async fn run(args: Args) -> Result<()> {
    let Args { target, only, rounds, quick, size, home } = args;
    ensure!(rounds > 0, "--rounds: at least one");
    let plan = Plan { target, scale: if quick { &QUICK } else { &FULL }, rounds, size, home };
    let wanted = |bench| only.is_empty() || only.contains(&bench);
    if wanted(Bench::Ack) {
        ack::run(&plan).await?;
    }
    if wanted(Bench::AckBusy) {
        busy::run(&plan).await?;
    }
    if wanted(Bench::Drain) {
        drain::run(&plan).await?;
    }
    if wanted(Bench::Live) {
        live::run(&plan).await?;
    }
    if wanted(Bench::Send) {
        send::run(&plan).await?;
    }
    if wanted(Bench::Reply) {
        reply::run(&plan).await?;
    }
    if wanted(Bench::Memory) {
        memory::run(&plan).await?;
    }
    if wanted(Bench::Export) {
        export::run(&plan).await?;
    }
    if wanted(Bench::Import) {
        import::run(&plan).await?;
    }
    if wanted(Bench::Assets) {
        assets::run()?;
    }
    if wanted(Bench::FirstPaint) {
        first_paint::run(&plan).await?;
    }
    if wanted(Bench::Audit) {
        audit::run(&plan).await?;
    }
    if wanted(Bench::Vault) {
        vault::run(&plan).await?;
    }
    if wanted(Bench::Permission) {
        permission::run()?;
    }
    if wanted(Bench::Query) {
        query::run(&plan).await?;
    }
    if wanted(Bench::Limiter) {
        limiter::run(&plan).await?;
    }
    Ok(())
}

/// Results of several rounds, by engine.
struct ByEngine<T>(Vec<(Engine, T)>);

impl<T> ByEngine<T> {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn push(&mut self, engine: Engine, result: T) {
        self.0.push((engine, result));
    }

    /// The median of one figure.
    fn median(&self, engine: Engine, figure: impl Fn(&T) -> f64, places: i32) -> f64 {
        crate::figures::round(crate::figures::median(self.of(engine).map(figure)), places)
    }

    /// The greatest value of one figure.
    fn greatest(&self, engine: Engine, figure: impl Fn(&T) -> f64, places: i32) -> f64 {
        crate::figures::round(self.of(engine).map(figure).fold(f64::MIN, f64::max), places)
    }

    fn count(&self, engine: Engine) -> usize {
        self.of(engine).count()
    }

    fn of(&self, engine: Engine) -> impl Iterator<Item = &T> {
        self.0.iter().filter(move |(of, _)| *of == engine).map(|(_, result)| result)
    }
}

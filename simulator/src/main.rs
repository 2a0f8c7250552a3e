//! The simulator as a program of its own: Graph and the phone page on one address.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use clap::{Parser, ValueEnum};
use simulator::{Config, Limits, Number, Reads, Simulator, Timing};
use tokio::net::TcpListener;

/// A stand-in for Meta's Graph API and for customers' phones.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Address to listen on. It is not protected: keep it on loopback.
    #[arg(long, default_value = "127.0.0.1:4000")]
    listen: SocketAddr,
    /// Where webhooks go, for example http://127.0.0.1:3000/webhooks/meta
    #[arg(long)]
    webhook_url: String,
    /// The app secret that signs webhooks.
    #[arg(long, env = "SIMULATOR_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// A business number as PHONE_ID:WABA_ID:+DISPLAY:TOKEN (repeat for several).
    #[arg(long = "number", required = true)]
    numbers: Vec<NumberArg>,
    /// Append every accepted send to this file as a JSON line, before answering.
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// Send status webhooks.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    statuses: Switch,
    /// Fail free-form messages outside the 24-hour window (131047).
    #[arg(long, value_enum, default_value_t = Switch::On)]
    window: Switch,
    /// When customers read: by themselves or when their chat is opened on the phone page.
    #[arg(long, value_enum, default_value_t = ReadsArg::Auto)]
    reads: ReadsArg,
    /// Pace: like the real network, or without any waiting.
    #[arg(long, value_enum, default_value_t = Pace::Real)]
    pace: Pace,
    /// How long Graph thinks before it answers, in milliseconds (default: as the pace has it).
    #[arg(long)]
    latency_ms: Option<u64>,
    /// Messages a number may send in a second; 0: as many as it likes.
    #[arg(long, default_value_t = 80)]
    per_second: u32,
    /// Accept only this Graph version (default: any).
    #[arg(long)]
    graph_version: Option<String>,
    /// Where "Back to the inbox" on the phone page leads.
    #[arg(long)]
    inbox_url: Option<String>,
    /// Seed for fault rates, for runs that repeat.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone)]
struct NumberArg(Number);

impl FromStr for NumberArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The token may hold colons, the other parts cannot.
        let mut parts = text.splitn(4, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        match (part(), part(), part(), part()) {
            (Some(phone_number_id), Some(waba_id), Some(display_number), Some(token)) => Ok(Self(Number {
                name: format!("Business {display_number}"),
                phone_number_id,
                waba_id,
                display_number,
                token,
            })),
            _ => Err("expected PHONE_ID:WABA_ID:+DISPLAY:TOKEN".to_owned()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReadsArg {
    Auto,
    WhenOpened,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pace {
    Real,
    Instant,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "simulator=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let mut timing = match cli.pace {
        Pace::Real => Timing::default(),
        Pace::Instant => Timing::instant(),
    };
    if let Some(millis) = cli.latency_ms {
        timing.graph_latency = Duration::from_millis(millis);
    }
    let simulator = Simulator::try_new(Config {
        app_secret: cli.app_secret,
        webhook_url: cli.webhook_url,
        graph_version: cli.graph_version,
        numbers: cli.numbers.into_iter().map(|n| n.0).collect(),
        timing,
        limits: Limits { per_second: cli.per_second, ..Limits::default() },
        ledger: cli.ledger,
        statuses: cli.statuses == Switch::On,
        enforce_window: cli.window == Switch::On,
        reads: match cli.reads {
            ReadsArg::Auto => Reads::Auto,
            ReadsArg::WhenOpened => Reads::WhenOpened,
        },
        inbox_url: cli.inbox_url,
        seed: cli.seed,
        ..Config::default()
    })
    .context("the ledger file cannot be opened")?;
    let listener = TcpListener::bind(cli.listen).await.with_context(|| format!("cannot listen on {}", cli.listen))?;
    // Scripts wait for this line.
    println!("listening on http://{}", listener.local_addr()?);
    let engine = simulator.start();
    // Graph answers whatever the phone page does not: its fallback speaks Meta's errors.
    let app = Router::new().merge(simulator.phone_router()).fallback_service(simulator.graph_router());
    let closing = simulator.clone();
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            // Without a signal handler there is nothing to wait for but the end.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            closing.close();
        })
        .await?;
    engine.abort();
    Ok(())
}

//! Measurements and the kill test. Both drive the real binary from outside, as Meta and browsers do.
//!
//! Results go to standard output, one JSON object a line; everything else goes to standard error.

mod backlog;
mod chaos;
mod data;
mod database;
mod engine;
mod figures;
mod floor;
mod graph;
mod http;
mod load;
mod meta;
mod parlance;
mod run;
mod world;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Measures Parlance, or kills it under load and counts what is left.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The measurements, one JSON object a line.
    Run(run::Args),
    /// `kill -9` under load, restart, compare.
    Chaos(chaos::Args),
    /// A large workspace for `query`, made once and kept.
    Data(data::Args),
    /// What `ack` is compared with; started by it.
    #[command(hide = true)]
    FloorServer,
}

#[tokio::main]
async fn main() -> ExitCode {
    // Only one TLS provider is compiled in, so none can be installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Run(args) => run::run(args).await,
        Command::Chaos(args) => chaos::run(args).await,
        Command::Data(args) => data::run(args).await,
        Command::FloorServer => floor::serve().await,
    }
}

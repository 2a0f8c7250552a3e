//! The one process: configuration, commands, routes, webhook, forms, live streams, workers and demo mode.
#![recursion_limit = "256"]

mod api;
pub mod assets;
pub mod cli;
pub mod config;
pub mod demo;
mod export;
pub mod failure;
mod files;
mod forms;
mod health;
mod keys;
mod layers;
mod media;
pub mod metrics;
mod pages;
mod private;
pub mod router;
mod serve;
mod sessions;
mod sse;
mod telemetry;
mod uploads;
pub mod web;
pub mod webhook;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;

/// Reads the command line, does what it says and tells a failure in one line.
pub fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("parlance: {failure}");
            failure.code()
        }
    }
}

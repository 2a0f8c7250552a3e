//! The commands.

mod audit;
mod backup;
mod connect_number;
mod create_owner;
mod doctor;
mod plan;
mod reset_password;
mod restore;
mod secret;
mod set_password;
mod stats;
mod vault;

use clap::{Args, Parser, Subcommand};
use secrecy::ExposeSecret;
use services::db::Db;

use crate::{
    config::{Config, Source},
    failure::Failure,
    private, serve, telemetry,
};

/// Self-hosted customer conversations on WhatsApp.
///
/// Configured by environment variables or a file .env; .env.example lists them all.
#[derive(Debug, Parser)]
#[command(name = "parlance", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages, webhooks and workers.
    Serve(Serve),
    /// Bring the database up to date and stop.
    Migrate,
    /// Make a workspace and its owner.
    CreateOwner(create_owner::Owner),
    /// Connect a business number to a workspace.
    ConnectNumber(connect_number::Number),
    /// Give somebody a new password and sign them out everywhere.
    SetPassword(set_password::Account),
    /// Make a link with which somebody chooses a new password.
    ResetPassword(reset_password::Account),
    /// Look for what is wrong or waits for somebody.
    Doctor(doctor::Doctor),
    /// Write everything into one file, while the server runs.
    Backup(backup::Backup),
    /// Make an installation from such a file, in an empty folder or database.
    Restore(restore::Restore),
    /// Count what is stored.
    Stats(stats::Stats),
    /// Check the audit trail, or read that of the installation itself.
    Audit(audit::Audit),
    /// Show or change what a workspace may send.
    Plan(plan::Plan),
    /// Look after the master keys.
    Vault(vault::Vault),
}

#[derive(Debug, Args)]
struct Serve {
    /// Try Parlance with simulated customers, on this machine only.
    #[arg(long)]
    demo: bool,
}

/// Does what the command line says.
///
/// # Errors
/// [`Failure`], with the exit code that fits.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let source = Source::from_env()?;
    telemetry::start(&source)?;
    let config = Config::read(&source)?;
    // Only one TLS provider is compiled in, so it cannot be installed already by anything but a test.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(Serve { demo: false }) => serve::serve(config).await,
            Command::Serve(Serve { demo: true }) => crate::demo::serve(config).await,
            Command::Migrate => {
                let db = open(&config).await?;
                db.close().await;
                println!("The database is up to date.");
                Ok(())
            }
            Command::CreateOwner(owner) => create_owner::run(owner, &config).await,
            Command::ConnectNumber(number) => connect_number::run(number, &config).await,
            Command::SetPassword(account) => set_password::run(account, &config).await,
            Command::ResetPassword(account) => reset_password::run(account, &config).await,
            Command::Doctor(doctor) => doctor::run(&doctor, &config).await,
            Command::Backup(backup) => backup::run(&backup, &config).await,
            Command::Restore(restore) => restore::run(&restore, &config).await,
            Command::Stats(stats) => stats::run(&stats, &config).await,
            Command::Plan(plan) => plan::run(&plan, &config).await,
            Command::Vault(vault) => vault::run(&vault, &config).await,
            Command::Audit(audit) => audit::run(&audit, &config).await,
        }
    })
}

/// Opens and migrates the configured database.
async fn open(config: &Config) -> Result<Db, Failure> {
    private::prepare(config)?;
    Ok(Db::open(config.database_url.expose_secret()).await?)
}

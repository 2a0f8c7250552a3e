use clap::{Args, Subcommand};
use domain::workspace::Slug;
use services::{
    Services,
    audit::{self, Report},
};

use crate::{config::Config, failure::Failure, serve};

/// What to do with the trail.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that no entry was edited, deleted, inserted or cut off, and no chain removed.
    Verify {
        /// Only this workspace (as in the address of its pages).
        #[arg(long)]
        workspace: Option<Slug>,
    },
    /// What strangers did outside of any workspace, the newest first: one JSON object a line.
    System {
        /// How many entries at most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

/// `parlance audit`
pub async fn run(audit: &Audit, config: &Config) -> Result<(), Failure> {
    let services = serve::open(config).await?;
    let done = match &audit.command {
        Command::Verify { workspace } => verify(&services, workspace.as_ref()).await,
        Command::System { limit } => system(&services, *limit).await,
    };
    services.close().await;
    done
}

/// One line a chain, what is wrong below. Fails when a chain does not hold.
async fn verify(services: &Services, workspace: Option<&Slug>) -> Result<(), Failure> {
    let reports = audit::verify(services, workspace).await?;
    for report in &reports {
        println!("{}", line(report));
        for found in &report.breaks {
            println!("      {found}");
        }
    }
    match reports.iter().filter(|report| !report.breaks.is_empty()).count() {
        0 => Ok(()),
        broken => Err(Failure::failed(format!("{broken} of {} audit chains broken", reports.len()))),
    }
}

fn line(report: &Report) -> String {
    let word = if report.breaks.is_empty() { "ok" } else { "BAD" };
    let name = match &report.slug {
        Some(slug) => slug.clone(),
        None if report.workspace.0.is_nil() => "(the installation)".to_owned(),
        None => format!("(removed: {})", report.workspace),
    };
    let Report { position, entries, anchor, .. } = report;
    let kept = if *anchor > 0 { format!(", those up to #{anchor} were kept long enough") } else { String::new() };
    format!("{word:<4}  {name:<24}  {entries} entries up to #{position}{kept}")
}

async fn system(services: &Services, limit: usize) -> Result<(), Failure> {
    for entry in audit::system_entries(services, limit).await? {
        println!("{}", serde_json::to_string(&entry).map_err(Failure::failed)?);
    }
    Ok(())
}

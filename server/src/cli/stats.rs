use clap::Args;
use services::stats;

use crate::{config::Config, failure::Failure, serve};

#[derive(Debug, Args)]
pub struct Stats {
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// `parlance stats`
pub async fn run(stats: &Stats, config: &Config) -> Result<(), Failure> {
    let services = serve::open_keyless(config).await?;
    let counted = stats::stats(&services).await;
    services.close().await;
    let counted = counted?;
    let text = if stats.json { serde_json::to_string(&counted) } else { serde_json::to_string_pretty(&counted) };
    println!("{}", text.map_err(Failure::failed)?);
    Ok(())
}

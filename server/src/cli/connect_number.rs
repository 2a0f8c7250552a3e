use clap::Args;
use domain::workspace::Slug;
use services::numbers::{self, Connect};

use super::secret;
use crate::{config::Config, failure::Failure, serve};

/// Which number, and for whom.
#[derive(Debug, Args)]
pub struct Number {
    /// The workspace's name in addresses: /w/SLUG/inbox.
    #[arg(long, value_name = "SLUG")]
    workspace: Slug,
    /// Meta's id of the phone number.
    #[arg(long, value_name = "P")]
    phone_number_id: String,
    /// Meta's id of the WhatsApp Business account.
    #[arg(long, value_name = "B")]
    waba_id: String,
    /// The number as people write it: +91 80 5550 0142
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    display_number: String,
    /// What the team calls it; the number itself if left out.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Read the access token from standard input. There is no other way: an argument would show in the list of processes.
    #[arg(long, required = true)]
    token_stdin: bool,
}

/// `parlance connect-number`
pub async fn run(number: Number, config: &Config) -> Result<(), Failure> {
    config.require_master_key()?;
    let token = secret::from_stdin("access token")?;
    let services = serve::open(config).await?;
    serve::refuse_demo(&services).await?;
    let connect = Connect {
        phone_number_id: number.phone_number_id,
        waba_id: number.waba_id,
        display_number: number.display_number.clone(),
        token,
        name: number.name,
    };
    let connected = numbers::connect(&services, &number.workspace, connect).await;
    services.close().await;
    connected?;
    println!("{} is connected to {}.", number.display_number, number.workspace);
    Ok(())
}

use clap::Args;
use services::accounts::{reset, totp};

use crate::{config::Config, failure::Failure, serve};

/// Whose.
#[derive(Debug, Args)]
pub struct Account {
    /// The e-mail address that the person signs in with.
    #[arg(long, value_name = "E")]
    email: String,
    /// Also turn off their second factor: they have neither their phone nor a recovery code.
    #[arg(long)]
    turn_off_second_factor: bool,
}

/// `parlance reset-password`
pub async fn run(account: Account, config: &Config) -> Result<(), Failure> {
    let services = serve::open_keyless(config).await?;
    let made = async {
        let link = reset::link_for(&services, &account.email).await?;
        let off = account.turn_off_second_factor && totp::turn_off(&services, &account.email).await?;
        Ok::<_, services::Error>((link, off))
    };
    let made = made.await;
    services.close().await;
    let (link, off) = made?;
    if off {
        println!("The second factor of {} is off.", account.email);
    }
    println!("{}{}", config.public_url.origin(), link.path());
    println!("Hand this link to {}. It works once, for an hour, and signs them out everywhere.", account.email);
    Ok(())
}

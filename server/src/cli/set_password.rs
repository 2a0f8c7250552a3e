use clap::Args;
use secrecy::ExposeSecret;
use services::accounts;

use super::secret;
use crate::{config::Config, failure::Failure, serve};

/// Whose.
#[derive(Debug, Args)]
pub struct Account {
    /// The e-mail address that the person signs in with.
    #[arg(long, value_name = "E")]
    email: String,
    /// Read the new password from standard input instead of asking for it.
    #[arg(long)]
    password_stdin: bool,
}

/// `parlance set-password`
pub async fn run(account: Account, config: &Config) -> Result<(), Failure> {
    let password = secret::new_password(account.password_stdin)?;
    let services = serve::open_keyless(config).await?;
    let set = accounts::set_password(&services, &account.email, password.expose_secret()).await;
    services.close().await;
    set?;
    println!("The password of {} is changed; they are signed out everywhere.", account.email);
    Ok(())
}

use clap::Args;
use secrecy::ExposeSecret;
use services::accounts;

use super::secret;
use crate::{config::Config, failure::Failure, serve};

/// Who and where.
#[derive(Debug, Args)]
pub struct Owner {
    /// The name of the new workspace.
    #[arg(long, value_name = "NAME")]
    workspace: String,
    /// The owner's e-mail address, which they sign in with.
    #[arg(long, value_name = "E")]
    email: String,
    /// Read the password from standard input instead of asking for it.
    #[arg(long)]
    password_stdin: bool,
}

/// `parlance create-owner`
pub async fn run(owner: Owner, config: &Config) -> Result<(), Failure> {
    let password = secret::new_password(owner.password_stdin)?;
    let services = serve::open_keyless(config).await?;
    serve::refuse_demo(&services).await?;
    let made = accounts::create_owner(&services, &owner.workspace, &owner.email, password.expose_secret()).await;
    services.close().await;
    println!("The workspace is ready at {}/w/{}/inbox", config.public_url.origin(), made?);
    Ok(())
}

use clap::{Args, Subcommand};
use services::{
    Services, audit,
    vault::{self, Rotated, Rotation, UnderKey},
};

use crate::{config::Config, failure::Failure, serve};

/// What to do with the vault.
#[derive(Debug, Args)]
pub struct Vault {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Which master keys there are and how many secrets are sealed under each.
    Status,
    /// Seal everything under the key that seals now, while the server runs. May be repeated and interrupted.
    Rotate,
}

/// `parlance vault`
pub async fn run(vault: &Vault, config: &Config) -> Result<(), Failure> {
    config.require_master_key()?;
    let services = serve::open(config).await?;
    let done = match vault.command {
        Command::Status => status(&services).await,
        Command::Rotate => rotate(&services).await,
    };
    services.close().await;
    done
}

async fn status(services: &Services) -> Result<(), Failure> {
    let found = vault::status(services).await?;
    for key in &found.keys {
        println!("{}", line(key));
    }
    if found.to_rotate > 0 {
        println!("{} to be sealed under the first key: `parlance vault rotate`", found.to_rotate);
    }
    let unknown: u64 = found.keys.iter().filter(|key| key.name.is_none()).map(|key| key.secrets + key.proofs).sum();
    if unknown > 0 {
        return Err(Failure::failed(format!("the keys of {unknown} secrets or audit entries are not configured")));
    }
    Ok(())
}

fn line(key: &UnderKey) -> String {
    let does = match &key.name {
        _ if key.seals => "seals",
        Some(_) => "opens",
        None => "MISSING",
    };
    let proofs = match key.proofs {
        0 => String::new(),
        proofs => format!(", and {proofs} audit entries that are not sealed yet"),
    };
    format!("{}  {does:<8}{:>8}  {}{proofs}", key.id, key.secrets, key.name.as_deref().unwrap_or("not configured"))
}

async fn rotate(services: &Services) -> Result<(), Failure> {
    let Rotated { rewrapped, proofs, already, overtaken, unreadable } = Rotation::new(services).run().await?;
    audit::flush(services).await?;
    println!("{rewrapped} secrets are now sealed under another key; {already} were before.");
    if proofs > 0 {
        println!("{proofs} audit entries that wait to be sealed are proven under it, too.");
    }
    if overtaken > 0 {
        println!("{overtaken} were replaced meanwhile by whoever uses them.");
    }
    for (kind, subject, why) in &unreadable {
        println!("BAD   {} {subject}: {why}", kind.label());
    }
    match (unreadable.len(), vault::status(services).await?.to_rotate) {
        (0, 0) => Ok(()),
        (0, left) => Err(Failure::failed(format!(
            "{left} secrets or audit entries came meanwhile under another key, which must stay configured: restart the other processes with the new settings, then rotate again"
        ))),
        (bad, _) => Err(Failure::failed(format!("{bad} secrets do not open and stay as they were"))),
    }
}

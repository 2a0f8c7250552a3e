use std::{
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use clap::Args;
use secrecy::ExposeSecret;
use services::{
    backup::{self, Manifest},
    db::Db,
};

use crate::{config::Config, failure::Failure, private};

/// Where to.
#[derive(Debug, Args)]
pub struct Backup {
    /// A file that is not there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `parlance backup FILE`, while the server runs. The database is read as it is: nothing is migrated.
pub async fn run(args: &Backup, config: &Config) -> Result<(), Failure> {
    private::memory();
    let begun = Instant::now();
    let db = Db::open_as_it_is(config.database_url.expose_secret()).await?;
    let media = config.media_folder();
    let media = media.is_dir().then_some(media.as_path());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Failure::failed)?;
    let now = i64::try_from(now.as_millis()).map_err(Failure::failed)?;
    let made = backup::take(&db, &args.file, media, now).await;
    db.close().await;
    let manifest = made?;
    let size = std::fs::metadata(&args.file).map_err(Failure::failed)?.len();
    println!(
        "{}: {} of {} in {:.1} s ({}).",
        args.file.display(),
        bytes(size),
        bytes(manifest.bytes()),
        begun.elapsed().as_secs_f64(),
        contents(&manifest)
    );
    println!("{}", key_note(&manifest));
    Ok(())
}

/// What is in it, for people.
pub(super) fn contents(manifest: &Manifest) -> String {
    let rows = |table: &str| manifest.rows(table);
    format!(
        "{} database, {} workspaces, {} conversations, {} messages, {} deliveries, {} files of media",
        manifest.engine.name(),
        rows("workspaces"),
        rows("conversations"),
        rows("messages"),
        rows("deliveries"),
        manifest.files()
    )
}

fn key_note(manifest: &Manifest) -> String {
    let ids: Vec<&str> = manifest.keys.keys().map(String::as_str).collect();
    let which = if ids.is_empty() { String::new() } else { format!(" (key {})", ids.join(", ")) };
    format!("The master key is not in it{which}: keep TOKEN_MASTER_KEY apart from the backup, and do not lose it.")
}

/// In the unit that fits.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (count as f64 / 1024.0, 0);
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use clap::Args;
use secrecy::ExposeSecret;
use services::{
    backup::{self, Files, Manifest},
    db::Db,
};

use crate::{config::Config, failure::Failure, private, serve};

/// Where to.
#[derive(Debug, Args)]
pub struct Backup {
    /// A file that is not there yet; `-` for standard output, into a pipe.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `parlance backup FILE`, or `-`, while the server runs. The database is read as it is: nothing is migrated.
pub async fn run(args: &Backup, config: &Config) -> Result<(), Failure> {
    private::memory();
    let begun = Instant::now();
    let piped = args.file.as_os_str() == "-";
    if piped && io::stdout().is_terminal() {
        return Err(Failure::usage("standard output is a terminal: send it into a pipe or a file"));
    }
    let db = Db::open_as_it_is(config.database_url.expose_secret()).await?;
    let (folder, bucket) = (config.media_folder(), serve::bucket(config)?);
    let media = bucket.as_ref().map_or(Files::Folder(&folder), Files::Bucket);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Failure::failed)?;
    let now = i64::try_from(now.as_millis()).map_err(Failure::failed)?;
    let made = match piped {
        true => backup::take_to(&db, Box::new(io::stdout()), &config.data_folder(), media, now).await,
        false => backup::take(&db, &args.file, media, now).await,
    };
    db.close().await;
    let (manifest, size) = made?;
    let name = if piped { "Written".to_owned() } else { args.file.display().to_string() };
    let figures = format!(
        "{name}: {} of {} in {:.1} s ({}).",
        bytes(size),
        bytes(manifest.bytes()),
        begun.elapsed().as_secs_f64(),
        contents(&manifest)
    );
    for line in [Some(figures), bucket_note(&manifest), Some(key_note(&manifest))].into_iter().flatten() {
        // Beside the backup, not within it.
        if piped { eprintln!("{line}") } else { println!("{line}") }
    }
    Ok(())
}

/// What is not in it.
fn bucket_note(manifest: &Manifest) -> Option<String> {
    let bucket = manifest.bucket.as_ref()?;
    let (files, size) = manifest.listed();
    Some(format!(
        "{files} files ({}) stay in {bucket}: the backup lists them and does not hold them. Let the bucket keep what is removed, by \
         versions or a copy elsewhere.",
        bytes(size)
    ))
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

use std::{path::PathBuf, time::Instant};

use clap::Args;
use secrecy::ExposeSecret;
use services::backup::{self, Listed, Restored};

use super::backup::{bytes, contents};
use crate::{config::Config, failure::Failure, serve};

/// Where from, and how.
#[derive(Debug, Args)]
pub struct Restore {
    /// What `parlance backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The old server was stopped before the backup was made and has sent nothing since, as in a move to another
    /// machine: what waited to be sent is sent. Without it such messages are held for a person, since they may have
    /// gone out.
    #[arg(long)]
    nothing_sent_since: bool,
    /// The master key is lost: restore all the same. Numbers must be connected again and second factors set up again.
    #[arg(long)]
    without_key: bool,
}

/// `parlance restore FILE`, into an empty folder or database.
pub async fn run(args: &Restore, config: &Config) -> Result<(), Failure> {
    let options = match args.without_key {
        true => serve::keyless_options(config).await?,
        false => serve::options(config).await?,
    };
    let begun = Instant::now();
    let (media, bucket) = (config.media_folder(), serve::bucket(config)?);
    let restored = backup::restore(backup::Restore {
        file: &args.file,
        url: config.database_url.expose_secret(),
        media: &media,
        bucket: bucket.as_ref(),
        options,
        nothing_sent_since: args.nothing_sent_since,
        without_key: args.without_key,
    });
    let restored = restored.await?;
    println!(
        "Restored in {:.1} s: {} of {} ({}).",
        begun.elapsed().as_secs_f64(),
        bytes(restored.bytes),
        bytes(restored.manifest.bytes()),
        contents(&restored.manifest)
    );
    for line in notes(&restored, args.nothing_sent_since) {
        println!("{line}");
    }
    match restored.secrets {
        (_, 0) => Ok(()),
        (all, bad) if args.without_key => {
            println!("{bad} of {all} secrets do not open: connect every number again with `parlance connect-number`.");
            Ok(())
        }
        (all, bad) => Err(Failure::failed(format!(
            "everything is restored, but {bad} of {all} secrets do not open. `parlance doctor` names them"
        ))),
    }
}

fn notes(restored: &Restored, nothing_sent_since: bool) -> Vec<String> {
    let mut notes = vec![
        "Everybody is signed out. What was changed after the backup was made is undone: access that was taken from \
         members, tokens or links since has to be taken again."
            .to_owned(),
    ];
    let (files, _) = restored.manifest.listed();
    match &restored.listed {
        Listed::None => {}
        Listed::Checked { missing: 0, .. } => notes.push(format!("All {files} files are in the bucket.")),
        Listed::Checked { missing, first } => notes.push(format!(
            "{missing} of {files} files are not in the bucket as the backup lists them, such as {}. Some may have been removed on \
             purpose since; the messages of the others say that their file was lost, until it is back in its place.",
            first.join(", ")
        )),
        Listed::Unchecked(why) => notes.push(format!(
            "{files} files were not looked for: {why}. Set the MEDIA_S3_… settings as they were; `parlance doctor` tells whether they work."
        )),
    }
    notes.push(match (restored.held, nothing_sent_since) {
        (_, true) => "What waited to be sent is sent when the server starts.".to_owned(),
        (0, _) => "No message waited to be sent.".to_owned(),
        (held, _) => format!(
            "{held} messages waited to be sent when the backup was made. They may have gone out since, so none is sent by \
             itself: they wait under Operations for somebody who decides. What Meta reports of them settles them."
        ),
    });
    notes
}

//! Whether files can be kept.

use super::{Check, State, outside};
use crate::{
    Services,
    media::{Place, Why},
};
use domain::text::preview;

const NAME: &str = "files";
/// Characters of what a store says.
const SAID: usize = 300;

/// Writes, reads and removes a probe, and looks how much room there is.
pub(super) async fn store(services: &Services) -> Vec<Check> {
    let store = services.media_store();
    let probed = store.probe().await;
    match store.place() {
        // Only a test keeps files in memory.
        Place::Memory => Vec::new(),
        Place::Folder(folder) => {
            let fix =
                "Make room, or set MEDIA_DIR to a larger disk and move the files there: without room no file is kept.";
            let told = probed.map_err(|(step, error)| {
                let text = format!("{}: a file cannot be {}: {}", folder.display(), step, said(&error));
                let fix = "Give the folder to the user that Parlance runs as, or set MEDIA_DIR to another one.";
                Check::new(NAME, State::Bad, text).fix(fix)
            });
            match told {
                Err(check) => vec![check],
                Ok(()) => vec![
                    outside::room(NAME, folder, fix)
                        .unwrap_or_else(|| Check::ok(NAME, format!("can be written in {}", folder.display()))),
                ],
            }
        }
        Place::Bucket(bucket) => vec![match probed {
            Ok(()) => Check::ok(NAME, format!("can be written, read and removed in {bucket}")),
            Err((step, error)) => {
                let fix = match error.why() {
                    Why::Denied => {
                        "Check MEDIA_S3_KEY and MEDIA_S3_SECRET, and that they may list the bucket and put, get and \
                         delete objects in it."
                    }
                    Why::Missing => "Make the bucket, or check MEDIA_S3_BUCKET, MEDIA_S3_REGION and MEDIA_S3_ENDPOINT.",
                    Why::Other => {
                        "Check MEDIA_S3_ENDPOINT and MEDIA_S3_REGION, the name server, and that the firewall lets it \
                         out."
                    }
                };
                let text = format!("{bucket}: a file cannot be {}: {}", step, said(&error));
                Check::new(NAME, State::Bad, text).fix(fix)
            }
        }],
    }
}

fn said(error: &impl std::fmt::Display) -> String {
    preview(&error.to_string(), SAID)
}

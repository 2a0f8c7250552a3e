//! One file that holds an installation, and an installation made from it.
//!
//! A backup is a tar archive, compressed with zstd: the two files of a SQLite database, or every table of a PostgreSQL
//! database as the text of `COPY`; the local folder of media; and at its end `manifest.json`, which says what there has
//! to be and the SHA-256 of each part. Both directions stream: neither holds more than a few mebibytes in memory.
//!
//! **What makes it consistent.** On PostgreSQL everything is read in one snapshot. SQLite has two files, and no moment
//! of both can be had without stopping who writes. So the order decides: the journal of deliveries is copied first,
//! then the database. Effects of a delivery are committed to the database before the journal marks it done. A delivery
//! that is done in the copied journal has therefore had its effect in the database that was copied after it; one that
//! is pending may have had it already, and is processed again, which changes nothing, since unique rows decide. The
//! other order would lose the deliveries that were finished in between. What was taken in after the journal was copied
//! belongs to the time after the backup. Two things that happen in between are made good at the restore: a delivery
//! that somebody retried is dead in the journal and has no dead letter any more (it is tried again), and dead letters
//! may name deliveries that the journal does not have (their ids are not given again). Media come last: a file is
//! written before the row that names it, once, and never changes. Files in a bucket stay there, and the archive lists them: whoever
//! needs a second copy of them has the bucket's own means. A restore tells which of them it does not find.
//!
//! **What a restore does with messages that waited to be sent** is in docs/adr/0012-a-restore-sends-nothing.md.

mod archive;
mod listing;
mod manifest;
mod media;
mod postgres;
mod read;
mod restore;
mod settle;
mod sqlite;
mod take;
mod trouble;

pub use listing::Listed;
pub use manifest::{Manifest, Part};
pub use restore::{Restore, Restored, restore};
pub use take::{Files, take, take_to};
pub use trouble::Trouble;

/// As it stands at the end of the archive.
const MANIFEST: &str = "manifest.json";
/// The parts of a SQLite database, whatever its files are called.
const DATABASE: &str = "parlance.db";
const JOURNAL: &str = "parlance-ingest.db";
/// What the names of tables begin with, and those of media.
const TABLES: &str = "tables/";
const MEDIA: &str = "media/";
/// And those of the list of what lies in a bucket.
const LISTING: &str = "listing/";

/// So much is read or written at a time.
const PIECE: usize = 1 << 20;

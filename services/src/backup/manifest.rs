use super::{LISTING, MEDIA, TABLES};
use crate::db::Engine;
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What this program reads, with everything below.
pub(super) const FORMAT: u32 = 2;
/// Without a list of files in a bucket it writes what older ones can read.
pub(super) const FORMAT_WITHOUT_LIST: u32 = 1;

/// What a backup holds. Stands as JSON at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the file itself.
    pub format: u32,
    /// Of the Parlance that made it.
    pub version: String,
    pub engine: Engine,
    /// When it was begun.
    pub made_at: Millis,
    /// The database's migrations, and those of the journal's own file.
    pub migrations: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub journal_migrations: Vec<i64>,
    /// Ids of the master keys under which its secrets are sealed, with how many are. The keys themselves are not in it.
    #[serde(default)]
    pub keys: BTreeMap<String, u64>,
    /// The last value of each sequence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, i64>,
    /// Where the files are that it lists and does not hold: `s3://name/prefix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// In the order of the archive.
    pub parts: Vec<Part>,
}

/// A file of the database, a table, or all media.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `parlance.db`, `tables/messages`, `media`.
    pub name: String,
    pub bytes: u64,
    /// Of its content; of all media that of the lines that `sha256sum` would print for them.
    pub sha256: String,
    /// Rows by table; `files` for media; `files` and their `bytes` for what lies in a bucket.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// Of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

impl Manifest {
    /// The bytes of all parts, before they were compressed.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// How many rows a table has.
    pub fn rows(&self, table: &str) -> u64 {
        self.parts.iter().filter_map(|part| part.counts.get(table)).sum()
    }

    /// How many files of media there are.
    pub fn files(&self) -> u64 {
        self.count(media(), "files")
    }

    /// How many files lie in a bucket, and their bytes.
    pub fn listed(&self) -> (u64, u64) {
        (self.count(listing(), "files"), self.count(listing(), "bytes"))
    }

    fn count(&self, part: &str, what: &str) -> u64 {
        self.parts.iter().filter(|one| one.name == part).filter_map(|one| one.counts.get(what)).sum()
    }
}

/// The part that a file of the archive belongs to: a table comes in pieces, and all media are one.
pub(super) fn part_of(name: &str) -> &str {
    match name.strip_prefix(TABLES) {
        Some(_) => name.rsplit_once('/').map_or(name, |(table, _)| table),
        None if name.starts_with(MEDIA) => media(),
        None if name.starts_with(LISTING) => listing(),
        None => name,
    }
}

/// The name of the part that holds all media.
pub(super) fn media() -> &'static str {
    MEDIA.trim_end_matches('/')
}

/// The name of the part that lists what lies in a bucket.
pub(super) fn listing() -> &'static str {
    LISTING.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_belong_to_their_part() {
        assert_eq!(part_of("tables/messages/00000002"), "tables/messages");
        assert_eq!(part_of("media/ab/tables/x"), "media");
        assert_eq!(part_of("listing/00000001"), "listing");
        assert_eq!(part_of("parlance.db"), "parlance.db");
    }
}

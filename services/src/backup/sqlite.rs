//! The two files of a SQLite database: copied, and put in place.

use super::{
    DATABASE, JOURNAL, Manifest, Trouble,
    archive::{Archive, Order},
    take::{private_file, private_folder},
};
use crate::db::{Sqlite, dialect::sqlite_copy};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool, sqlite::SqliteConnectOptions};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Copies both files, the journal first, and puts them into the archive.
pub(super) async fn copy(
    files: &Sqlite,
    copies: &Path,
    archive: &mut Archive,
    manifest: &mut Manifest,
) -> Result<(), Trouble> {
    private_folder(copies)?;
    let journal = copy_of(&files.journal_read, copies.join(JOURNAL)).await?;
    let database = copy_of(&files.read, copies.join(DATABASE)).await?;
    manifest.migrations = database.applied;
    manifest.journal_migrations = journal.applied;
    let order = |name, copy: (PathBuf, BTreeMap<String, u64>)| Order::File { name, path: copy.0, counts: copy.1 };
    archive.put(order(DATABASE, (database.path, database.counts))).await?;
    archive.put(order(JOURNAL, (journal.path, journal.counts))).await
}

struct Copy {
    path: PathBuf,
    applied: Vec<i64>,
    counts: BTreeMap<String, u64>,
}

async fn copy_of(pool: &SqlitePool, path: PathBuf) -> Result<Copy, Trouble> {
    let words = path.to_str().ok_or_else(|| Trouble::NotEmpty("The name of the file is not UTF-8.".to_owned()))?;
    // SQLite fills it and leaves its permissions.
    private_file(&path)?;
    // A connection of its own: the pools' are for those who serve.
    let options = (*pool.connect_options()).clone().pragma("query_only", "off");
    let mut source = options.disable_statement_logging().connect().await?;
    sqlite_copy::copy(&mut source, words).await?;
    source.close().await?;
    let mut copied = look_into(&path).await?;
    let applied = sqlite_copy::applied(&mut copied).await.map_err(|_| Trouble::NotParlance)?;
    let counts = sqlite_copy::counts(&mut copied).await?;
    copied.close().await?;
    let counts = counts.into_iter().map(|(table, rows)| (table, u64::try_from(rows).unwrap_or(0))).collect();
    Ok(Copy { path, applied, counts })
}

/// A file that nobody else has open.
pub(super) async fn look_into(path: &Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    options.disable_statement_logging().connect().await
}

//! Backups, taken while everything runs, and what a restore makes of them.

mod bucket;
mod load;
mod older;
mod refused;
mod settled;

use crate::{
    graph::{Answer, FakeGraph},
    support::{Place, START, vault},
};
use domain::time::{MINUTE, Millis};
use services::{
    Options, Services,
    backup::{self, Files, Manifest, Restore, Restored, Trouble},
    clock::Clock,
    db::{Db, Read},
    media::Store,
    send::Graph,
    sql,
    vault::Vault,
};
use sqlx::AssertSqlSafe;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a restore is asked for, when nothing is special.
pub struct Ask {
    pub vault: Vault,
    pub nothing_sent_since: bool,
    pub without_key: bool,
    pub bucket: Option<Store>,
}

impl Default for Ask {
    fn default() -> Self {
        Self { vault: vault(), nothing_sent_since: false, without_key: false, bucket: None }
    }
}

/// A folder for backups and media.
pub struct Shelf(TempDir);

impl Shelf {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub async fn take(&self, db: &Db) -> Manifest {
        backup::take(db, &self.path("b.parlance"), Files::Folder(&self.path("none")), START).await.unwrap().0
    }

    pub async fn restore(&self, url: &str, ask: Ask) -> Result<Restored, Trouble> {
        self.restore_file(&self.path("b.parlance"), url, ask).await
    }

    pub async fn restore_file(&self, file: &Path, url: &str, ask: Ask) -> Result<Restored, Trouble> {
        let media = self.path("restored-media");
        let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
        let options = Options { clock: Clock::fixed(START), vault: ask.vault, graph, mailer: None };
        let (nothing_sent_since, without_key) = (ask.nothing_sent_since, ask.without_key);
        let bucket = ask.bucket.as_ref();
        backup::restore(Restore { file, url, media: &media, bucket, options, nothing_sent_since, without_key }).await
    }
}

/// Services with a Graph that accepts everything, on a restored database.
pub async fn open(place: &Place) -> (Services, FakeGraph) {
    on(Db::open(&place.url).await.unwrap(), []).await
}

/// The same, some minutes later: what one customer may be sent in a row was used up before.
pub async fn open_later(place: &Place) -> (Services, FakeGraph) {
    at(Db::open(&place.url).await.unwrap(), [], START + 9 * MINUTE).await
}

pub async fn on(db: Db, answers: impl IntoIterator<Item = Answer>) -> (Services, FakeGraph) {
    at(db, answers, START).await
}

async fn at(db: Db, answers: impl IntoIterator<Item = Answer>, now: Millis) -> (Services, FakeGraph) {
    let (graph, url) = FakeGraph::start(answers).await;
    let options =
        Options { clock: Clock::fixed(now), vault: vault(), graph: Graph::new(&url, "v25.0").unwrap(), mailer: None };
    (Services::new(db, options), graph)
}

/// Runs a statement that is made up by the test.
pub async fn execute(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match db {
        Db::Sqlite(files) => {
            let pool = if sql.0.contains("deliveries") { &files.journal_write } else { &files.write };
            sqlx::query(sql).execute(pool).await.map(drop).unwrap();
        }
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop).unwrap(),
    }
}

pub async fn reader(db: &Db, sql: &str) -> Read {
    if sql.contains("deliveries") { db.read_journal().await.unwrap() } else { db.read().await.unwrap() }
}

pub async fn count(db: &Db, sql: &str) -> i64 {
    let mut read = reader(db, sql).await;
    sql!(scalar i64, read.conn(), AssertSqlSafe(sql.to_owned())).unwrap()
}

pub async fn words(db: &Db, sql: &str) -> Vec<String> {
    let mut read = reader(db, sql).await;
    sql!(scalars String, read.conn(), AssertSqlSafe(sql.to_owned())).unwrap()
}

/// No row refers to one that is not there, and the engine finds nothing wrong.
pub async fn sound(db: &Db) {
    match db {
        Db::Sqlite(files) => {
            for pool in [&files.write, &files.journal_write] {
                let said: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(pool).await.unwrap();
                assert_eq!(said, "ok");
                let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(pool).await.unwrap();
                assert_eq!(broken.len(), 0);
            }
        }
        Db::Postgres(pool) => {
            // Every reference was checked as the rows came in, unless somebody switched that off.
            let off = "SELECT (SELECT COUNT(*) FROM pg_trigger WHERE tgenabled <> 'O')
                + (SELECT COUNT(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated)";
            assert_eq!(sqlx::query_scalar::<_, i64>(off).fetch_one(pool).await.unwrap(), 0);
        }
    }
}

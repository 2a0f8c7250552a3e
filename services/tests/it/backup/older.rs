//! A backup of an older version is brought up to date.

use super::{Ask, Shelf, count, execute, open, words};
use crate::{
    on_both,
    support::{crate_folder, place},
};
use services::db::Db;
use sqlx::{PgPool, SqlitePool, migrate::Migrator, sqlite::SqliteConnectOptions};
use std::str::FromStr;

/// The last version without what has come since.
const OLD: i64 = 9;

async fn migrator(folder: &str) -> Migrator {
    Migrator::new(crate_folder().join("../migrations").join(folder)).await.unwrap()
}

async fn make_old(url: &str) {
    if url.starts_with("postgres") {
        let pool = PgPool::connect(url).await.unwrap();
        migrator("postgres").await.run_to(OLD, &pool).await.unwrap();
        return pool.close().await;
    }
    for (url, folder, to) in [(url.to_owned(), "sqlite", OLD), (url.replace(".db", "-ingest.db"), "sqlite-journal", 1)]
    {
        let options = SqliteConnectOptions::from_str(&url).unwrap().create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        migrator(folder).await.run_to(to, &pool).await.unwrap();
        pool.close().await;
    }
}

on_both! {
    async fn it_is_migrated(db) {
        let old = place(&db).await;
        make_old(&old.url).await;
        let here = Db::open_as_it_is(&old.url).await.unwrap();
        let id = if db.db.engine() == "sqlite" { "x'0123456789abcdef0123456789abcdef'" } else { "'01234567-89ab-cdef-0123-456789abcdef'" };
        execute(&here, &format!("INSERT INTO workspaces (id, slug, name, assignment_rule, created_at)
            VALUES ({id}, 'old', 'Old', 'unassigned', 1)")).await;
        let shelf = Shelf::new();
        let manifest = shelf.take(&here).await;
        assert_eq!(manifest.migrations.last(), Some(&OLD), "taking it migrates nothing");
        here.close().await;

        let there = place(&db).await;
        shelf.restore(&there.url, Ask::default()).await.unwrap();
        let (services, _) = open(&there).await;
        assert_eq!(words(services.db(), "SELECT slug FROM workspaces").await, ["old"]);
        let applied = "SELECT COUNT(*) FROM _sqlx_migrations";
        assert_eq!(count(services.db(), applied).await, count(&db.db, applied).await);
        services.close().await;

        // A database that is newer already cannot take its tables.
        if db.db.engine() == "postgres" {
            let error = shelf.restore(&db.url, Ask::default()).await.unwrap_err();
            assert!(error.to_string().contains("migrated further"), "{error}");
        }
    }
}

//! Every statement prepares on the engines it is for: tables, columns, functions and types are there.

use super::scan::{Engines, Statement, statements};
use crate::support::engines;
use services::db::Db;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

async fn prepare(db: &Db, sql: &str) -> sqlx::Result<()> {
    let text = AssertSqlSafe(sql.to_owned()).into_sql_str();
    match db {
        Db::Sqlite(files) => {
            // Deliveries have a file of their own.
            let pool = if sql.contains("deliveries") { &files.journal_write } else { &files.write };
            pool.acquire().await?.prepare(text).await.map(drop)
        }
        Db::Postgres(pool) => pool.acquire().await?.prepare(text).await.map(drop),
    }
}

async fn refused(db: &Db, statements: &[Statement]) -> Vec<String> {
    let other = if matches!(db, Db::Sqlite(_)) { Engines::Postgres } else { Engines::Sqlite };
    let mut refused = Vec::new();
    for statement in statements.iter().filter(|s| s.engines() != other) {
        if let Err(e) = prepare(db, &statement.sql).await {
            refused.push(format!("{}: {e}\n{}", statement.place(), statement.sql));
        }
    }
    refused
}

crate::on_both! {
    async fn all_prepare(db) {
        let refused = refused(&db.db, &statements()).await;
        assert!(refused.is_empty(), "{} does not take:\n{}", db.db.engine(), refused.join("\n\n"));
    }

    async fn a_bad_statement_is_caught(db) {
        let bad = |file: &str, sql: &str| Statement { file: file.into(), name: Some("BAD".into()), sql: sql.into() };
        let good = bad("x.rs", "SELECT id FROM users WHERE email = $1");
        for sql in ["SELECT nothing FROM users", "SELECT id FROM nowhere", "DELETE deliveries", "SELECT nofunction(id) FROM users"] {
            assert_eq!(refused(&db.db, &[good.clone(), bad("x.rs", sql)]).await.len(), 1, "{sql}");
        }
        let other = if db.db.engine() == "sqlite" { "postgres" } else { "sqlite" };
        let elsewhere = bad(&format!("db/dialect/{other}.rs"), "SELECT id FROM nowhere");
        assert_eq!(refused(&db.db, &[elsewhere]).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn every_engine_is_tested() {
    let one_engine_only = statements().into_iter().filter(|s| s.engines() != Engines::Both).count();
    assert!(one_engine_only > 0, "no statement for one engine was found: did db/dialect move?");
    assert!(engines().await.iter().any(|db| db.db.engine() == "sqlite"));
}

//! A page of a long audit trail is read in order, whatever PostgreSQL knows of the table and of the filters.

use super::scan::statements;
use crate::support::{TestDb, workspace};
use services::db::{Tx, dialect};
use sqlx::{AssertSqlSafe, PgConnection};

const FILL: &str = "INSERT INTO audit_entries (workspace_id, at, id, actor_kind, action)
    SELECT $1, i, gen_random_uuid(), 'system', 'contact.updated' FROM generate_series(1::bigint, 20000::bigint) i";

async fn run(conn: &mut PgConnection, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(conn).await.unwrap();
}

#[tokio::test]
async fn it_is_not_sorted() {
    let Some(db) = TestDb::postgres().await else { return };
    let owner = workspace(&db.services(), "Kaveri").await;
    let page = statements().into_iter().find(|one| one.file == "audit/list.rs" && one.name.as_deref() == Some("PAGE"));
    let page = page.expect("the statement stands in list.rs").sql;
    let Tx::Postgres(mut tx) = db.db.begin().await.unwrap() else { panic!("this is PostgreSQL") };
    sqlx::query(FILL).bind(owner.workspace().id.0).execute(&mut *tx).await.unwrap();
    // As after some pages on one connection: made without knowing the values.
    run(&mut tx, "SET LOCAL plan_cache_mode = force_generic_plan").await;
    dialect::postgres::in_order(&mut tx).await.unwrap();
    run(&mut tx, &format!("PREPARE page AS {page}")).await;
    let nothing = ["NULL"; 17].join(", ");
    let explain = format!("EXPLAIN EXECUTE page({nothing})");
    let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(&mut *tx).await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Scan Backward using audit_entries_pkey"), "{plan}");
    assert!(!plan.contains("Sort"), "{plan}");
}

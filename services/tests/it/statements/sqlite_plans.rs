//! SQLite keeps no statistics here: between "all rows of a workspace" and "these few ids" it would take the first.

use super::scan::{Engines, statements};
use crate::support::TestDb;
use services::db::Db;
use sqlx::AssertSqlSafe;

/// Tables that grow with what is sent and received.
const BIG: [&str; 6] = ["outbox", "messages", "conversations", "contacts", "send_attempts", "parked_statuses"];

/// Statements that run for each delivery, each message, or under a lock that others wait for.
fn is_hot(file: &str) -> bool {
    ["send/", "ingest/", "consent/", "db/dialect/sqlite"].iter().any(|place| file.starts_with(place))
}

#[tokio::test]
async fn no_hot_statement_reads_all_of_a_workspace() {
    let db = TestDb::sqlite().await;
    let Db::Sqlite(files) = &db.db else { unreachable!("it is SQLite") };
    let hot = statements().into_iter().filter(|s| s.engines() != Engines::Postgres && is_hot(&s.file));
    let (mut looked_at, mut bad) = (0, Vec::new());
    for statement in hot.filter(|s| !s.sql.contains("deliveries")) {
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql));
        let Ok(rows) = sqlx::query_as::<_, (i64, i64, i64, String)>(text).fetch_all(&files.write).await else {
            continue;
        };
        looked_at += 1;
        for (.., step) in rows {
            if BIG.iter().any(|table| reads_all(&step, &statement.sql, table)) {
                bad.push(format!("{}: {step}", statement.place()));
            }
        }
    }
    assert!(looked_at > 50, "only {looked_at} statements were found");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Whether a step of a plan walks the table, or all that one workspace has in it.
fn reads_all(step: &str, sql: &str, table: &str) -> bool {
    let mut words = step.split(' ');
    let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let named =
        name == table || sql.contains(&format!("{table} {name} ")) || sql.contains(&format!("{table} AS {name} "));
    named && (verb == "SCAN" || verb == "SEARCH" && step.ends_with("(workspace_id=?)"))
}

#[test]
fn a_bad_plan_is_seen() {
    let sql = "SELECT 1 FROM messages m JOIN outbox AS o ON o.message_id = m.id";
    assert!(reads_all("SCAN m", sql, "messages"));
    assert!(reads_all("SEARCH o USING INDEX outbox_contact (workspace_id=?)", sql, "outbox"));
    assert!(!reads_all("SEARCH o USING INDEX outbox_lane (number_id=?)", sql, "outbox"));
    assert!(!reads_all("SCAN json_each VIRTUAL TABLE INDEX 1:", sql, "messages"));
}

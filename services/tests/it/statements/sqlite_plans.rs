//! SQLite keeps no statistics here: between "all rows of a workspace" and "these few ids" it would take the first.

use super::scan::{Engines, Statement, statements};
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

/// Each narrowed list is read from an index in its order, as far as its page goes; what is snoozed is little and sorted.
#[tokio::test]
async fn narrowed_lists_are_read_in_the_order_of_an_index() {
    let db = TestDb::sqlite().await;
    let Db::Sqlite(files) = &db.db else { unreachable!("it is SQLite") };
    let mut looked_at = 0;
    for statement in statements().into_iter().filter(|s| s.file == "conversations/narrow.rs") {
        let name = statement.name.clone().unwrap_or_default();
        let index = match name.split('_').next() {
            Some("LISTED") => "conversations_list",
            Some("MEMBERS") => "conversations_own",
            Some("LABELLED") => "conversations_labelled",
            _ => "conversations_snoozed",
        };
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(text).fetch_all(&files.read).await.unwrap();
        let plan = rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n");
        assert!(plan.contains(&format!("INDEX {index} (")), "{name}: {plan}");
        assert_eq!(plan.contains("TEMP B-TREE"), index == "conversations_snoozed", "{name}: {plan}");
        looked_at += 1;
    }
    assert_eq!(looked_at, 8);
}

/// Contacts with a label are walked in their order, in an index that holds all that is asked of conversations.
#[tokio::test]
async fn labelled_contacts_are_read_in_the_order_of_an_index() {
    let db = TestDb::sqlite().await;
    let Db::Sqlite(files) = &db.db else { unreachable!("it is SQLite") };
    let labelled =
        |s: &Statement| s.file == "contacts/browse.rs" && s.name.as_deref().is_some_and(|n| n.starts_with("LABELLED"));
    let all: Vec<_> = statements().into_iter().filter(labelled).collect();
    assert_eq!(all.len(), 2);
    for statement in all {
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(text).fetch_all(&files.read).await.unwrap();
        let plan = rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n");
        let index = "v USING COVERING INDEX conversations_labels_of_contact (workspace_id=? AND contact_id";
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("GROUP BY"), "{plan}");
    }
}

/// Files, receipts and lists that wait are counted without those that are done, however the workspace is named.
#[tokio::test]
async fn what_waits_is_counted_from_an_index_of_what_waits() {
    let db = TestDb::sqlite().await;
    let Db::Sqlite(files) = &db.db else { unreachable!("it is SQLite") };
    for (name, index) in [
        ("MEDIA_WAITING", "media_due"),
        ("RECEIPTS_WAITING", "receipts_due"),
        ("TEMPLATES_WAITING", "template_syncs_due"),
    ] {
        let statement = statements().into_iter().find(|s| s.name.as_deref() == Some(name)).unwrap();
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(text).fetch_all(&files.read).await.unwrap();
        assert!(rows.iter().any(|row| row.3.contains(&format!("INDEX {index}"))), "{name}: {rows:?}");
    }
}

#[test]
fn a_bad_plan_is_seen() {
    let sql = "SELECT 1 FROM messages m JOIN outbox AS o ON o.message_id = m.id";
    assert!(reads_all("SCAN m", sql, "messages"));
    assert!(reads_all("SEARCH o USING INDEX outbox_contact (workspace_id=?)", sql, "outbox"));
    assert!(!reads_all("SEARCH o USING INDEX outbox_lane (number_id=?)", sql, "outbox"));
    assert!(!reads_all("SCAN json_each VIRTUAL TABLE INDEX 1:", sql, "messages"));
}

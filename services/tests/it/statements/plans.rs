//! Statements that run many times a second read what is open, however much is done.

use super::scan::statements;
use crate::{on_both, support::TestDb};
use services::db::Db;
use sqlx::AssertSqlSafe;

/// Rows that are done with.
const DONE: i64 = 20_000;

async fn write(db: &TestDb, sql: String) {
    let sql = AssertSqlSafe(sql);
    match &db.db {
        Db::Sqlite(files) => {
            let pool = if sql.0.contains("deliveries") { &files.journal_write } else { &files.write };
            sqlx::query(sql).execute(pool).await.map(drop).unwrap();
        }
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop).unwrap(),
    }
}

/// How the engine goes about it, in its words.
async fn plan(db: &TestDb, name: &str) -> String {
    let engine = db.db.engine();
    let all = statements();
    let of = |file: &str| !file.starts_with("db/dialect/") || file.starts_with(&format!("db/dialect/{engine}"));
    let found = all.iter().find(|s| s.name.as_deref() == Some(name) && of(&s.file));
    let sql = found.unwrap_or_else(|| panic!("there is no {name}")).sql.replace("$1", "1800000000000");
    explain(db, sql).await
}

async fn explain(db: &TestDb, sql: String) -> String {
    match &db.db {
        Db::Sqlite(files) => {
            let pool = if sql.contains("deliveries") { &files.journal_write } else { &files.write };
            let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(text).fetch_all(pool).await.unwrap();
            rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n")
        }
        Db::Postgres(pool) => {
            let text = AssertSqlSafe(format!("EXPLAIN {sql}"));
            sqlx::query_scalar::<_, String>(text).fetch_all(pool).await.unwrap().join("\n")
        }
    }
}

/// One conversation of each number with [`DONE`] messages; `status` is theirs, and its rank.
async fn messages(db: &TestDb, status: &str) {
    let id = if db.db.engine() == "sqlite" { "randomblob(16)" } else { "gen_random_uuid()" };
    write(db, format!("INSERT INTO contacts (id, workspace_id, wa_id, profile_name, created_at, updated_at) SELECT {id}, workspace_id, '1', 'C', 0, 0 FROM numbers")).await;
    write(
        db,
        format!(
            "INSERT INTO conversations (id, workspace_id, number_id, contact_id, state, last_message_at, unread,
        created_at)
        SELECT {id}, n.workspace_id, n.id, c.id, 'open', 0, 0, 0 FROM numbers n, contacts c"
        ),
    )
    .await;
    write(
        db,
        format!(
            "INSERT INTO messages (id, workspace_id, conversation_id, number_id, direction, kind, body, status,
        status_rank, at) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {DONE})
        SELECT {id}, v.workspace_id, v.id, v.number_id, 'out', 'text', 'hi', {status}, n.x FROM conversations v, n"
        ),
    )
    .await;
}

on_both! {
    async fn open_ends_are_found_among_many_messages(db) {
        let services = db.services();
        let owner = crate::support::workspace(&services, "Kaveri").await;
        crate::support::number(&services, &owner.workspace().slug, crate::meta::PHONE).await;
        messages(&db, "'read', 22").await;
        write(&db, "ANALYZE".to_owned()).await;
        let plan = plan(&db, "OPEN_ENDS").await;
        assert!(plan.contains("messages_unconfirmed"), "{plan}");
        for scan in ["SCAN m\n", "SCAN messages", "SCAN o\n", "Seq Scan on messages"] {
            assert!(!format!("{plan}\n").contains(scan), "{plan}");
        }
    }

    /// However many messages of a number wait, the next ones are read from the beginning of the queue.
    async fn whose_turn_it_is_is_found_among_many_that_wait(db) {
        let services = db.services();
        let owner = crate::support::workspace(&services, "Kaveri").await;
        let number = crate::support::number(&services, &owner.workspace().slug, crate::meta::PHONE).await;
        messages(&db, "'queued', 1").await;
        write(&db, "INSERT INTO outbox (message_id, workspace_id, number_id, conversation_id, contact_id, queued_at, due_at,
            lease_until, bulk) SELECT m.id, m.workspace_id, m.number_id, m.conversation_id, v.contact_id, m.at, m.at, 0, TRUE
            FROM messages m JOIN conversations v ON v.id = m.conversation_id".to_owned()).await;
        write(&db, "ANALYZE".to_owned()).await;
        let found = statements().into_iter().find(|s| s.name.as_deref() == Some("HEADS")).unwrap();
        let uuid = |id: uuid::Uuid| if db.db.engine() == "sqlite" { format!("x'{}'", id.simple()) } else { format!("'{id}'::uuid") };
        let sql = found.sql.replace("$1", &uuid(owner.workspace().id.0)).replace("$2", &uuid(number.0))
            .replace("$3", "1800000000000").replace("$4", "1799999970000").replace("$5", "20");
        let plan = match &db.db {
            Db::Sqlite(files) => {
                let rows: Vec<(i64, i64, i64, String)> =
                    sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&files.read).await.unwrap();
                rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n")
            }
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await.unwrap();
                services::db::dialect::postgres::in_order(&mut tx).await.unwrap();
                let text = AssertSqlSafe(format!("EXPLAIN {sql}"));
                sqlx::query_scalar::<_, String>(text).fetch_all(&mut *tx).await.unwrap().join("\n")
            }
        };
        assert!(plan.contains("outbox_lane"), "{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE") && !plan.contains("Bitmap"), "{plan}");
    }

    /// However many there are, no more than some are counted, and none that was read is looked at.
    async fn what_waits_to_be_read_is_counted_from_an_index_of_its_own(db) {
        let services = db.services();
        let owner = crate::support::workspace(&services, "Kaveri").await;
        crate::support::number(&services, &owner.workspace().slug, crate::meta::PHONE).await;
        let sqlite = db.db.engine() == "sqlite";
        let id = if sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
        write(&db, format!("INSERT INTO contacts (id, workspace_id, wa_id, profile_name, created_at, updated_at)
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {DONE})
            SELECT {id}, w.id, CAST(x AS TEXT), 'C', 0, 0 FROM n, workspaces w")).await;
        write(&db, format!("INSERT INTO conversations (id, workspace_id, number_id, contact_id, state, last_message_at, unread,
            created_at) SELECT {id}, n.workspace_id, n.id, c.id, 'open', 0,
            CASE WHEN CAST(c.wa_id AS INTEGER) <= 1500 THEN 1 ELSE 0 END, 0 FROM numbers n, contacts c")).await;
        write(&db, "ANALYZE".to_owned()).await;
        assert_eq!(services::conversations::unread(&owner).await.unwrap().count, domain::inbox::Counts::UNREAD);
        let uuid = |id: uuid::Uuid| if sqlite { format!("x'{}'", id.simple()) } else { format!("'{id}'::uuid") };
        for name in ["UNREAD_ALL", "UNREAD_OF", "UNREAD_NOBODYS"] {
            let found = statements().into_iter().find(|s| s.name.as_deref() == Some(name)).unwrap();
            let sql = found.sql.replace("$1", &uuid(owner.workspace().id.0)).replace("$2", "1000")
                .replace("$3", &uuid(owner.me().id.0));
            let plan = explain(&db, sql).await;
            assert!(plan.contains("conversations_unread"), "{name}: {plan}");
        }
    }

    async fn what_is_unread_is_found_among_many_deliveries(db) {
        let hash = if db.db.engine() == "sqlite" { "randomblob(16)" } else { "uuid_send(gen_random_uuid())" };
        write(&db, format!("INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at, finished_at)
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {DONE})
            SELECT {hash}, {hash}, x, 'done', 0, x, x FROM n")).await;
        if let Db::Postgres(_) = db.db {
            write(&db, "ANALYZE deliveries".to_owned()).await;
        }
        let plan = plan(&db, "UNREAD_SINCE").await;
        assert!(plan.contains("deliveries_pending"), "{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

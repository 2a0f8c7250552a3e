//! SQLite's side of backups: a copy of a file that is in use, and what is in it.

use sqlx::{AssertSqlSafe, SqliteConnection, query, query_scalar};

/// One moment of the whole file, however long it takes; nobody who writes waits for it. Row ids stay as they are.
const COPY: &str = "VACUUM INTO $1";
/// What SQLite and its extensions keep for themselves is not counted.
const TABLES: &str = "SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
const CHECK: &str = "PRAGMA quick_check(1)";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
/// Ids of deliveries are never given twice, also not those that a dead letter still names.
const PAST: &str = "UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'deliveries'";
const BEGIN_PAST: &str = "INSERT INTO sqlite_sequence (name, seq) VALUES ('deliveries', $1)";

/// Copies the file behind the connection to `path`, where nothing or an empty file may be.
pub async fn copy(c: &mut SqliteConnection, path: &str) -> sqlx::Result<()> {
    query(COPY).bind(path).execute(c).await.map(drop)
}

/// The tables and how many rows each has.
pub async fn counts(c: &mut SqliteConnection) -> sqlx::Result<Vec<(String, i64)>> {
    let tables: Vec<String> = query_scalar(TABLES).fetch_all(&mut *c).await?;
    let mut counts = Vec::with_capacity(tables.len());
    for table in tables {
        let quoted = table.replace('"', "\"\"");
        let count = format!("VALUES ((SELECT COUNT(*) FROM \"{quoted}\"))");
        let rows: i64 = query_scalar(AssertSqlSafe(count)).fetch_one(&mut *c).await?;
        counts.push((table, rows));
    }
    Ok(counts)
}

/// What is wrong with the file, in SQLite's words.
pub async fn problem(c: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    let said: String = query_scalar(CHECK).fetch_one(c).await?;
    Ok((said != "ok").then_some(said))
}

/// The migrations that were applied.
pub async fn applied(c: &mut SqliteConnection) -> sqlx::Result<Vec<i64>> {
    query_scalar(APPLIED).fetch_all(c).await
}

/// Lets the ids of deliveries go on behind `id`.
pub async fn go_on_behind(c: &mut SqliteConnection, id: i64) -> sqlx::Result<()> {
    if query(PAST).bind(id).execute(&mut *c).await?.rows_affected() == 0 && id > 0 {
        query(BEGIN_PAST).bind(id).execute(c).await?;
    }
    Ok(())
}

//! PostgreSQL's side of backups: every table of the schema, in and out, as the catalogue has them.

use futures::stream::BoxStream;
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgCopyIn, query, query_as, query_scalar};
use std::collections::{BTreeMap, BTreeSet};

/// Without sqlx' own table, what belongs to an extension, and columns that are computed.
const TABLES: &str = "SELECT CAST(c.relname AS TEXT), ARRAY(SELECT CAST(a.attname AS TEXT) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname";
/// Which table refers to which other one.
const REFERENCES: &str = "SELECT CAST(t.relname AS TEXT), CAST(r.relname AS TEXT) FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_class r ON r.oid = k.confrelid
    WHERE k.contype = 'f' AND n.nspname = current_schema() AND t.oid <> r.oid";
const SEQUENCES: &str = "SELECT CAST(sequencename AS TEXT), last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY sequencename";
const SET_SEQUENCE: &str = "SELECT setval(CAST(quote_ident($1) AS regclass), $2)";
const HAS_MIGRATIONS: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
const HOLDS: &str =
    "SELECT EXISTS (SELECT 1 FROM workspaces) OR EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM deliveries)";
/// Milliseconds since 1970, by the server's clock.
const CLOCK: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
/// It takes as long as it takes, and waits for a file meanwhile.
const PATIENCE: [&str; 2] = ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"];
const CHECK_NOW: &str = "SET CONSTRAINTS ALL IMMEDIATE";
const ANALYZE: &str = "ANALYZE";

/// A table and its columns, in an order in which it can be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
}

/// Every table, those that others refer to first. Tables that refer to each other in a ring come at the end: their
/// references must be deferrable.
pub async fn tables(c: &mut PgConnection) -> sqlx::Result<Vec<Table>> {
    let found: Vec<(String, Vec<String>)> = query_as(TABLES).fetch_all(&mut *c).await?;
    let references: Vec<(String, String)> = query_as(REFERENCES).fetch_all(c).await?;
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, other) in references {
        needs.entry(table).or_default().insert(other);
    }
    Ok(in_order(found.into_iter().map(|(name, columns)| Table { name, columns }).collect(), &needs))
}

fn in_order(mut left: Vec<Table>, needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<Table> {
    let mut done: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let names: BTreeSet<String> = left.iter().map(|table| table.name.clone()).collect();
        let waits = |table: &Table| needs.get(&table.name).is_some_and(|needs| !needs.is_disjoint(&names));
        let (later, now): (Vec<Table>, Vec<Table>) = left.into_iter().partition(waits);
        if now.is_empty() {
            done.extend(later);
            break;
        }
        done.extend(now);
        left = later;
    }
    done
}

/// The last value of each sequence that was used.
pub async fn sequences(c: &mut PgConnection) -> sqlx::Result<Vec<(String, i64)>> {
    query_as(SEQUENCES).fetch_all(c).await
}

/// Lets a sequence go on behind a value.
pub async fn set_sequence(c: &mut PgConnection, name: &str, value: i64) -> sqlx::Result<()> {
    query(SET_SEQUENCE).bind(name).bind(value).execute(c).await.map(drop)
}

/// The migrations that were applied; `None` where there never was one.
pub async fn applied(c: &mut PgConnection) -> sqlx::Result<Option<Vec<i64>>> {
    if !query_scalar::<_, bool>(HAS_MIGRATIONS).fetch_one(&mut *c).await? {
        return Ok(None);
    }
    query_scalar(APPLIED).fetch_all(c).await.map(Some)
}

/// Whether there is anything that somebody would miss.
pub async fn holds_something(c: &mut PgConnection) -> sqlx::Result<bool> {
    query_scalar(HOLDS).fetch_one(c).await
}

/// Lets the transaction take its time.
pub async fn take_time(c: &mut PgConnection) -> sqlx::Result<()> {
    for statement in PATIENCE {
        query(statement).execute(&mut *c).await?;
    }
    Ok(())
}

/// The rows of a table, as text.
pub async fn copy_out<'c>(
    c: &'c mut PgConnection,
    table: &Table,
) -> sqlx::Result<BoxStream<'c, sqlx::Result<bytes::Bytes>>> {
    let statement = format!("COPY {} TO STDOUT WITH (FORMAT text, ENCODING 'UTF8')", target(table));
    c.copy_out_raw(&statement).await
}

/// Takes the rows of a table, as text.
pub async fn copy_in<'c>(c: &'c mut PgConnection, table: &Table) -> sqlx::Result<PgCopyIn<&'c mut PgConnection>> {
    let statement = format!("COPY {} FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')", target(table));
    c.copy_in_raw(&statement).await
}

/// Takes all rows out of tables that hold nothing of anybody's, and keeps triggers from filling any while rows come in:
/// what they would write comes by itself.
pub async fn make_room(c: &mut PgConnection, tables: &[Table]) -> sqlx::Result<()> {
    let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    query(AssertSqlSafe(format!("TRUNCATE {}", names.join(", ")))).execute(&mut *c).await?;
    triggers(c, &names, "DISABLE").await
}

/// Lets triggers work again, and checks at once what else is checked at the commit.
pub async fn finish(c: &mut PgConnection, tables: &[Table]) -> sqlx::Result<()> {
    query(CHECK_NOW).execute(&mut *c).await?;
    let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    triggers(c, &names, "ENABLE").await
}

async fn triggers(c: &mut PgConnection, names: &[String], how: &str) -> sqlx::Result<()> {
    for name in names {
        query(AssertSqlSafe(format!("ALTER TABLE {name} {how} TRIGGER USER"))).execute(&mut *c).await?;
    }
    Ok(())
}

/// Tells the planner what there is.
pub async fn analyze(c: &mut PgConnection) -> sqlx::Result<()> {
    query(ANALYZE).execute(c).await.map(drop)
}

/// What the server's clock shows.
pub async fn clock(c: &mut PgConnection) -> sqlx::Result<i64> {
    query_scalar(CLOCK).fetch_one(c).await
}

fn target(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    format!("{} ({})", quoted(&table.name), columns.join(", "))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_refer_to_comes_first() {
        let table = |name: &str| Table { name: name.to_owned(), columns: Vec::new() };
        let needs = |pairs: &[(&str, &str)]| {
            let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (table, other) in pairs {
                needs.entry((*table).to_owned()).or_default().insert((*other).to_owned());
            }
            needs
        };
        let names = |tables: Vec<Table>| tables.into_iter().map(|table| table.name).collect::<Vec<_>>();
        let all = || vec![table("a"), table("b"), table("c")];
        assert_eq!(names(in_order(all(), &needs(&[("a", "b"), ("b", "c")]))), ["c", "b", "a"]);
        assert_eq!(names(in_order(all(), &needs(&[("a", "b"), ("b", "a")]))), ["c", "a", "b"], "a ring at the end");
    }

    #[test]
    fn names_are_quoted() {
        let table = Table { name: "odd\"name".to_owned(), columns: vec!["order".to_owned()] };
        assert_eq!(target(&table), "\"odd\"\"name\" (\"order\")");
    }
}

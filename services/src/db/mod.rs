//! One SQL text on two engines.
//!
//! SQLite is the embedded default: one process, WAL, fsync on, one writer connection and many readers, the raw deliveries in
//! a file of their own. PostgreSQL serves many processes. Statements use `$1` placeholders and run on both through [`sql!`];
//! the few that must differ stand side by side in [`dialect`].

mod conn;
pub mod dialect;
mod open;
pub mod system;
pub mod system_media;
pub mod system_receipts;
pub mod system_told;

pub use conn::{Conn, Read, Tx, Writer};
pub use open::OpenError;
pub(crate) use open::{journal_file, journal_migrations, migrate_postgres, migrations, sqlite_file};

use serde::{Deserialize, Serialize};
use sqlx::{PgPool, SqlitePool};

/// The database, on whichever engine.
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite(Sqlite),
    Postgres(PgPool),
}

/// Which engine a database is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }
}

/// The connections to the two SQLite files.
#[derive(Clone, Debug)]
pub struct Sqlite {
    /// Many, read-only by convention.
    pub read: SqlitePool,
    /// One connection: SQLite has one writer at a time, so waiting happens here and not as "database is locked".
    pub write: SqlitePool,
    /// Readers of the journal file (`*-ingest.db`).
    pub journal_read: SqlitePool,
    /// The journal's writers: one connection is kept by the journal itself, the other serves purges and the command line.
    pub journal_write: SqlitePool,
}

impl Db {
    pub const fn kind(&self) -> Engine {
        match self {
            Db::Sqlite(_) => Engine::Sqlite,
            Db::Postgres(_) => Engine::Postgres,
        }
    }

    /// `sqlite` or `postgres`, as logs and benchmarks name it.
    pub const fn engine(&self) -> &'static str {
        match self {
            Db::Sqlite(_) => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }
}

/// Runs one statement on whichever engine a [`Conn`] belongs to.
///
/// `sql!(all Row, conn, SQL, a, b)` fetches rows, `opt` at most one, `one` exactly one, `scalar`/`scalar_opt`/`scalars` single
/// columns, `exec` returns how many rows were touched.
#[macro_export]
macro_rules! sql {
    (all $row:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@as fetch_all, $row, $conn, $sql $(, $bind)*) };
    (opt $row:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@as fetch_optional, $row, $conn, $sql $(, $bind)*) };
    (one $row:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@as fetch_one, $row, $conn, $sql $(, $bind)*) };
    (scalars $t:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@scalar fetch_all, $t, $conn, $sql $(, $bind)*) };
    (scalar_opt $t:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@scalar fetch_optional, $t, $conn, $sql $(, $bind)*) };
    (scalar $t:ty, $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => { $crate::sql!(@scalar fetch_one, $t, $conn, $sql $(, $bind)*) };
    (exec $conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => sqlx::query($sql)$(.bind($bind))*.execute(&mut *c).await.map(|done| done.rows_affected()),
            $crate::db::Conn::Postgres(c) => sqlx::query($sql)$(.bind($bind))*.execute(&mut *c).await.map(|done| done.rows_affected()),
        }
    };
    (@as $fetch:ident, $row:ty, $conn:expr, $sql:expr $(, $bind:expr)*) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$fetch(&mut *c).await,
            $crate::db::Conn::Postgres(c) => sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$fetch(&mut *c).await,
        }
    };
    (@scalar $fetch:ident, $t:ty, $conn:expr, $sql:expr $(, $bind:expr)*) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => sqlx::query_scalar::<_, $t>($sql)$(.bind($bind))*.$fetch(&mut *c).await,
            $crate::db::Conn::Postgres(c) => sqlx::query_scalar::<_, $t>($sql)$(.bind($bind))*.$fetch(&mut *c).await,
        }
    };
}

use super::Db;
use crate::limits::Reserved;
use sqlx::{
    Database, PgConnection, PgPool, Postgres, Sqlite as SqliteEngine, SqliteConnection, Transaction,
    pool::PoolConnection,
};
use std::ops::{Deref, DerefMut};

/// A borrowed connection, inside or outside a transaction; what [`crate::sql!`] runs on.
pub enum Conn<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Conn<'_> {
    /// Lends the connection for one more statement.
    pub fn again(&mut self) -> Conn<'_> {
        match self {
            Conn::Sqlite(c) => Conn::Sqlite(c),
            Conn::Postgres(c) => Conn::Postgres(c),
        }
    }
}

/// The connection that the journal keeps for writing. On SQLite it is the only one.
pub enum Writer {
    Sqlite(PoolConnection<SqliteEngine>),
    Postgres(PoolConnection<Postgres>),
}

/// A connection for reading.
pub enum Read {
    Sqlite(PoolConnection<SqliteEngine>),
    Postgres(PoolConnection<Postgres>),
}

impl Read {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Read::Sqlite(c) => Conn::Sqlite(&mut *c),
            Read::Postgres(c) => Conn::Postgres(&mut *c),
        }
    }
}

/// A writing transaction. Dropped without [`Tx::commit`] it is rolled back.
pub enum Tx {
    Sqlite(Open<SqliteEngine>),
    Postgres(Open<Postgres>),
}

/// A transaction with what this process holds in memory on its account.
pub struct Open<E: Database> {
    transaction: Transaction<'static, E>,
    /// Dropped with the transaction, it is given back.
    held: Vec<Reserved>,
}

impl<E: Database> Open<E> {
    async fn commit(self) -> sqlx::Result<()> {
        // Before, and not after: whether a commit that broke off came through is not known.
        self.held.into_iter().for_each(Reserved::keep);
        self.transaction.commit().await
    }
}

impl<E: Database> From<Transaction<'static, E>> for Open<E> {
    fn from(transaction: Transaction<'static, E>) -> Self {
        Self { transaction, held: Vec::new() }
    }
}

impl<E: Database> Deref for Open<E> {
    type Target = E::Connection;

    fn deref(&self) -> &E::Connection {
        &self.transaction
    }
}

impl<E: Database> DerefMut for Open<E> {
    fn deref_mut(&mut self) -> &mut E::Connection {
        &mut self.transaction
    }
}

impl Tx {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Tx::Sqlite(t) => Conn::Sqlite(t),
            Tx::Postgres(t) => Conn::Postgres(t),
        }
    }

    /// Keeps what was admitted to be written by this transaction: final when it is committed, given back when it is not.
    pub(crate) fn hold(&mut self, reserved: Reserved) {
        match self {
            Tx::Sqlite(t) => t.held.push(reserved),
            Tx::Postgres(t) => t.held.push(reserved),
        }
    }

    /// # Errors
    /// When the database does not confirm; then nothing of it may be believed.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Tx::Sqlite(t) => t.commit().await,
            Tx::Postgres(t) => t.commit().await,
        }
    }
}

impl Db {
    /// A connection for reading.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn read(&self) -> sqlx::Result<Read> {
        Ok(match self {
            Db::Sqlite(s) => Read::Sqlite(s.read.acquire().await?),
            Db::Postgres(p) => Read::Postgres(p.acquire().await?),
        })
    }

    /// A writing transaction; `BEGIN IMMEDIATE` on SQLite, where two that read before they write would else lock each other out.
    ///
    /// # Errors
    /// When no connection becomes free in time.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Db::Sqlite(s) => Tx::Sqlite(s.write.begin_with("BEGIN IMMEDIATE").await?.into()),
            Db::Postgres(p) => Tx::Postgres(begun(p, "BEGIN").await?.into()),
        })
    }

    /// A connection for reading deliveries.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn read_journal(&self) -> sqlx::Result<Read> {
        Ok(match self {
            Db::Sqlite(s) => Read::Sqlite(s.journal_read.acquire().await?),
            Db::Postgres(p) => Read::Postgres(p.acquire().await?),
        })
    }

    /// A connection to keep for writing deliveries.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn journal_writer(&self) -> sqlx::Result<Writer> {
        Ok(match self {
            Db::Sqlite(s) => Writer::Sqlite(s.journal_write.acquire().await?),
            Db::Postgres(p) => Writer::Postgres(p.acquire().await?),
        })
    }

    /// A transaction that writes deliveries.
    ///
    /// # Errors
    /// When no connection becomes free in time.
    pub async fn begin_journal(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Db::Sqlite(s) => Tx::Sqlite(s.journal_write.begin_with("BEGIN IMMEDIATE").await?.into()),
            Db::Postgres(p) => Tx::Postgres(begun(p, "BEGIN").await?.into()),
        })
    }
}

impl Db {
    /// A transaction that reads one unchanging moment of the whole database.
    ///
    /// # Errors
    /// When no connection becomes free in time.
    pub async fn snapshot(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Db::Sqlite(s) => Tx::Sqlite(s.read.begin().await?.into()),
            Db::Postgres(p) => Tx::Postgres(begun(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?.into()),
        })
    }
}

/// Begins in a task of its own, because whoever asked may go away meanwhile: a browser that hangs up ends its request. sqlx 0.9 takes
/// a transaction for begun once PostgreSQL has said so; let go before, the connection goes back to the pool with it open.
async fn begun(pool: &PgPool, statement: &'static str) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

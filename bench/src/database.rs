//! A fresh database for each measurement, and a connection beside the server's to look at it.

use std::{path::Path, str::FromStr, time::Duration};

use anyhow::{Context, Result};
use services::{db::Conn, sql};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

use crate::engine::{Engine, Target};

/// Where a server keeps its data.
pub struct Database {
    pub engine: Engine,
    /// As DATABASE_URL.
    pub url: String,
    made: Option<Made>,
}

/// A database that was created on a PostgreSQL server.
struct Made {
    server: String,
    name: String,
}

impl Database {
    /// A new and empty one; on SQLite in `dir`.
    pub async fn create(target: &Target, engine: Engine, dir: &Path) -> Result<Self> {
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", dir.join("parlance.db").display());
                Ok(Self { engine, url, made: None })
            }
            Engine::Postgres => {
                let server = target.postgres()?;
                let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
                let mut admin = admin(&server).await?;
                admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
                admin.close().await?;
                Ok(Self { engine, url: renamed(&server, &name), made: Some(Made { server, name }) })
            }
        }
    }

    /// Removes it from the PostgreSQL server; SQLite files go with their folder.
    pub async fn drop(self) -> Result<()> {
        let Some(Made { server, name }) = self.made else { return Ok(()) };
        let mut admin = admin(&server).await?;
        admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
        Ok(admin.close().await?)
    }

    /// A connection to what the server has understood.
    pub async fn probe(&self) -> Result<Probe> {
        self.connect(&self.url).await
    }

    /// A connection to the deliveries: on SQLite they lie in a file of their own.
    pub async fn probe_journal(&self) -> Result<Probe> {
        self.connect(&self.url.replace("/parlance.db", "/parlance-ingest.db")).await
    }

    async fn connect(&self, url: &str) -> Result<Probe> {
        Ok(match self.engine {
            Engine::Sqlite => {
                let options = SqliteConnectOptions::from_str(url)?.busy_timeout(Duration::from_secs(10));
                Probe::Sqlite(options.disable_statement_logging().connect().await?)
            }
            Engine::Postgres => {
                let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
                Probe::Postgres(options.connect().await?)
            }
        })
    }
}

async fn admin(server: &str) -> Result<PgConnection> {
    PgConnection::connect(server).await.context("the PostgreSQL server does not let us in")
}

/// The same server, another database.
pub fn renamed(url: &str, database: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, String::new()), |(a, o)| (a, format!("?{o}")));
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    format!("{}/{database}{options}", &address[..end])
}

/// One connection of our own.
pub enum Probe {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

const MESSAGES_IN: &str = "SELECT COUNT(*) FROM messages WHERE direction = 'in'";
const EVENTS: &str = "SELECT CAST(COALESCE(SUM(event_seq), 0) AS BIGINT) FROM workspace_counters";

impl Probe {
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Probe::Sqlite(conn) => Conn::Sqlite(conn),
            Probe::Postgres(conn) => Conn::Postgres(conn),
        }
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Probe::Sqlite(conn) => conn.close().await?,
            Probe::Postgres(conn) => conn.close().await?,
        }
        Ok(())
    }

    /// Customers' messages that members can see.
    pub async fn messages(&mut self) -> Result<i64> {
        Ok(sql!(scalar i64, self.conn(), MESSAGES_IN)?)
    }

    /// Events of all workspaces: one row each, so asking often disturbs nobody. Every stored message is one event.
    pub async fn events(&mut self) -> Result<i64> {
        Ok(sql!(scalar i64, self.conn(), EVENTS)?)
    }
}

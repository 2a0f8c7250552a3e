use super::{Db, Engine, Sqlite};
use sqlx::{
    ConnectOptions, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static SQLITE_JOURNAL: Migrator = sqlx::migrate!("../migrations/sqlite-journal");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Why the database could not be opened, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("DATABASE_URL: {0}. Use sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Url(String),
    #[error("the database cannot be opened: {0}")]
    Connect(#[from] sqlx::Error),
    #[error("the database could not be migrated: {0}")]
    Migrate(#[from] MigrateError),
    #[error("the folder {0} cannot be made: {1}")]
    Folder(PathBuf, std::io::Error),
}

impl Engine {
    /// The engine that a URL names.
    ///
    /// # Errors
    /// A URL of neither.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Ok(Engine::Postgres)
        } else if url.starts_with("sqlite:") {
            Ok(Engine::Sqlite)
        } else {
            Err(OpenError::Url("expected a URL that starts with sqlite: or postgres:".to_owned()))
        }
    }
}

/// Which migrations this program knows, by version.
pub(crate) fn migrations(engine: Engine) -> Vec<i64> {
    let known = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    known.iter().map(|migration| migration.version).collect()
}

/// Which of them there are for the journal's own file.
pub(crate) fn journal_migrations() -> Vec<i64> {
    SQLITE_JOURNAL.iter().map(|migration| migration.version).collect()
}

/// Brings a PostgreSQL database up to date, or to that version, in the caller's transaction.
///
/// # Errors
/// When a migration fails, or the database has other ones than this program.
pub(crate) async fn migrate_postgres(conn: &mut PgConnection, to: Option<i64>) -> Result<(), OpenError> {
    Ok(POSTGRES.run_direct(to, conn, false).await?)
}

impl Db {
    /// Opens the database and brings it up to date. A SQLite file and its folder are made if they are missing; the journal
    /// stands beside it (`parlance.db` and `parlance-ingest.db`).
    ///
    /// # Errors
    /// [`OpenError`], whose text is meant for the person who configured the URL.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        match Engine::of(url)? {
            Engine::Postgres => {
                let pool = pool_of(url).await?;
                POSTGRES.run(&pool).await?;
                Ok(Db::Postgres(pool))
            }
            Engine::Sqlite => sqlite(url).await,
        }
    }

    /// Opens a database that is there, as it is: nothing is made and nothing migrated.
    ///
    /// # Errors
    /// [`OpenError`], also when the database does not exist.
    pub async fn open_as_it_is(url: &str) -> Result<Self, OpenError> {
        match Engine::of(url)? {
            Engine::Postgres => Ok(Db::Postgres(pool_of(url).await?)),
            Engine::Sqlite => {
                let options = SqliteConnectOptions::from_str(url).map_err(|e| OpenError::Url(e.to_string()))?;
                let file = options.get_filename().to_path_buf();
                sqlite_pools(options, &file, Found::AsItIs).await.map(Db::Sqlite)
            }
        }
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match self {
            Db::Sqlite(s) => {
                s.read.close().await;
                s.write.close().await;
                s.journal_read.close().await;
                s.journal_write.close().await;
            }
            Db::Postgres(p) => p.close().await,
        }
    }
}

async fn pool_of(url: &str) -> Result<PgPool, OpenError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| OpenError::Url(e.to_string()))?
        .application_name("parlance")
        // A process that hangs in the middle of a batch must not hold its rows for ever.
        .options([
            ("idle_in_transaction_session_timeout", "60s"),
            ("synchronous_commit", "on"),
            ("statement_timeout", "60s"),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(24).acquire_timeout(Duration::from_secs(5));
    Ok(pool.connect_with(options).await?)
}

async fn sqlite(url: &str) -> Result<Db, OpenError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|e| OpenError::Url(e.to_string()))?;
    let file = options.get_filename().to_path_buf();
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| OpenError::Folder(folder.to_path_buf(), e))?;
    }
    sqlite_pools(options, &file, Found::Migrated).await.map(Db::Sqlite)
}

/// How a SQLite database is to be found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Made where it is missing, and up to date.
    Migrated,
    AsItIs,
}

async fn sqlite_pools(options: SqliteConnectOptions, file: &Path, found: Found) -> Result<Sqlite, OpenError> {
    let make = found == Found::Migrated;
    let main = pragmas(options).create_if_missing(make);
    let journal = pragmas(SqliteConnectOptions::new().filename(journal_file(file))).create_if_missing(make);
    let write = pool(1).connect_with(main.clone()).await?;
    let journal_write = pool(2).connect_with(journal.clone()).await?;
    if make {
        SQLITE.run(&write).await?;
        SQLITE_JOURNAL.run(&journal_write).await?;
    }
    let read = pool(4).connect_with(main.pragma("query_only", "on")).await?;
    let journal_read = pool(2).connect_with(journal.pragma("query_only", "on")).await?;
    Ok(Sqlite { read, write, journal_read, journal_write })
}

/// A connection to a file does not go stale, so it need not be asked each time whether it still lives.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false)
}

fn pragmas(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit is on the disk before it is answered, also through a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-4000")
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

/// The path of a SQLite database.
///
/// # Errors
/// A URL that is not understood.
pub(crate) fn sqlite_file(url: &str) -> Result<PathBuf, OpenError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|e| OpenError::Url(e.to_string()))?;
    Ok(options.get_filename().to_path_buf())
}

/// `parlance.db` keeps its deliveries in `parlance-ingest.db`.
pub(crate) fn journal_file(main: &Path) -> PathBuf {
    let stem = main.file_stem().map_or_else(|| "parlance".into(), |s| s.to_string_lossy());
    main.with_file_name(format!("{stem}-ingest.db"))
}

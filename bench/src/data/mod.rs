//! A large workspace to look things up in: always the same, made once and kept.
//!
//! On SQLite it is a folder in the cache, on PostgreSQL a database beside those that come and go; both are named after the
//! schema and the size, so that a new migration makes a new one. A PostgreSQL server that was started for the measurements takes its
//! database along when it ends.

mod text;
mod write;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use domain::{id::UserId, workspace::Slug};
use serde::{Deserialize, Serialize};
use services::{
    Ctx, Options, Services, accounts,
    clock::Clock,
    db::{Db, Read},
    search,
    send::Graph,
    sql,
    vault::{MasterKey, Vault},
};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{
    database::renamed,
    engine::{Engine, Target},
    figures,
    world::{OWNER, PASSWORD},
};
use text::Words;

pub use text::Asked;

const SLUG: &str = "bench-data";
pub const MANAGER: &str = "manager@example.com";
/// How many share the conversations.
pub const AGENTS: usize = 10;
/// Everything in it happened before: 15 January 2027.
const NOW: i64 = 1_800_000_000_000;
/// The same key for all: it guards nothing.
const KEY: &str = "b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7";
/// In `settings`, once all is there: the questions to ask.
const DONE: &str = "bench_data";

const SCHEMA: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";
const READ_DONE: &str = "SELECT value FROM settings WHERE key = $1";
const WRITE_DONE: &str = "INSERT INTO settings (key, value) VALUES ($1, $2)";
const SLUGS: &str = "SELECT slug FROM workspaces";

/// How large.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Size {
    #[arg(long, default_value_t = 100_000)]
    pub conversations: usize,
    #[arg(long, default_value_t = 1_000_000)]
    pub messages: usize,
}

/// `bench data`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    size: Size,
    #[command(flatten)]
    home: Home,
}

/// Where it is kept.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Home {
    /// By default `parlance/bench-data` in the user's cache folder.
    #[arg(long, env = "BENCH_DATA_DIR")]
    data_dir: Option<PathBuf>,
}

impl Home {
    fn path(&self) -> Result<PathBuf> {
        if let Some(dir) = &self.data_dir {
            return Ok(std::path::absolute(dir)?);
        }
        let of = |name: &str| std::env::var_os(name).filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let cache = of("XDG_CACHE_HOME").or_else(|| of("HOME").map(|home| home.join(".cache")));
        Ok(cache
            .context("neither HOME nor XDG_CACHE_HOME is set: name a folder with --data-dir")?
            .join("parlance/bench-data"))
    }
}

/// The workspace, ready to be asked.
pub struct Data {
    pub services: Services,
    pub asked: Asked,
    slug: Slug,
}

#[derive(Serialize, Deserialize)]
struct Done {
    asked: Asked,
    size: (usize, usize),
}

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    conversations: usize,
    messages: usize,
    written_seconds: f64,
    indexed_per_second: u64,
}

/// Makes what is not there yet.
pub async fn run(args: Args) -> Result<()> {
    for engine in args.target.engines() {
        if engine == Engine::Postgres && !args.target.lasts() {
            eprintln!(
                "data postgres: made by the measurement itself, as the server lives no longer; to keep it, name one with \
                 BENCH_PG_URL or --pg-url"
            );
            continue;
        }
        Data::open(&args.target, engine, args.size, &args.home).await?.close().await;
    }
    Ok(())
}

impl Data {
    /// Opens it, made first if it is not there.
    pub async fn open(target: &Target, engine: Engine, size: Size, home: &Home) -> Result<Self> {
        ensure!(size.conversations > 0 && size.messages >= size.conversations, "every conversation has a message");
        let home = home.path()?;
        std::fs::create_dir_all(&home).with_context(|| home.display().to_string())?;
        let place = Place::find(target, engine, size, &home).await?;
        if !place.is_there().await? {
            place.clear().await?;
            eprintln!("data {}: {} messages are made, some minutes", engine.name(), size.messages);
            let services = services(&place.unfinished_url()).await?;
            make(&services, engine, size).await?;
            services.db().close().await;
            place.finish().await?;
        }
        let services = services(&place.url()).await?;
        let mut read = services.db().read().await?;
        let done = done(&mut read).await?.context("the data is not complete: remove it and try again")?;
        let slug: String = sql!(scalar String, read.conn(), SLUGS)?;
        drop(read);
        Ok(Self { services, asked: done.asked, slug: slug.parse()? })
    }

    /// A member as they are when they ask.
    pub async fn member(&self, email: &str) -> Result<Ctx> {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let user: UserId = match accounts::sign_in(&self.services, email, PASSWORD, address).await {
            Ok(passed) => passed.user,
            Err(_) => anyhow::bail!("{email} cannot sign in"),
        };
        Ok(self.services.ctx(user, &self.slug).await?)
    }

    pub async fn close(self) {
        self.services.db().close().await;
    }
}

/// The address of the agent with this number.
pub fn agent(nth: usize) -> String {
    format!("agent{nth}@example.com")
}

async fn services(url: &str) -> Result<Services> {
    let vault = Vault::new(MasterKey::from_hex(KEY)?);
    let graph = Graph::new("http://127.0.0.1:9", "v25.0")?;
    Ok(Services::new(Db::open(url).await?, Options { clock: Clock::fixed(NOW), vault, graph, mailer: None }))
}

async fn done(read: &mut Read) -> Result<Option<Done>> {
    let done = sql!(scalar_opt String, read.conn(), READ_DONE, DONE)?;
    Ok(done.map(|done| serde_json::from_str(&done)).transpose()?)
}

/// Writes it and has it indexed by the worker's own steps.
async fn make(services: &Services, engine: Engine, size: Size) -> Result<()> {
    let begun = Instant::now();
    let slug = accounts::create_owner(services, SLUG, OWNER, PASSWORD).await?;
    let words = Words::new();
    write::all(services, &slug, &words, size, NOW).await?;
    let written_seconds = figures::round(begun.elapsed().as_secs_f64(), 1);
    eprintln!("data {}: written in {written_seconds} s, now indexed", engine.name());
    let (begun, mut indexed) = (Instant::now(), 0_usize);
    loop {
        match search::index_batch(services).await? {
            0 => break,
            count => indexed += count,
        }
    }
    let indexed_per_second = figures::whole(indexed as f64 / begun.elapsed().as_secs_f64());
    if let Db::Postgres(pool) = services.db() {
        // As its own worker does by and by.
        pool.execute("VACUUM ANALYZE").await?;
    }
    let done = Done { asked: words.asked(size), size: (size.conversations, size.messages) };
    let done = serde_json::to_string(&done)?;
    let mut tx = services.db().begin().await?;
    sql!(exec tx.conn(), WRITE_DONE, DONE, done.as_str())?;
    tx.commit().await?;
    let Size { conversations, messages } = size;
    figures::print(&Line {
        bench: "data",
        engine: engine.name(),
        conversations,
        messages,
        written_seconds,
        indexed_per_second,
    })
}

/// Where the data of one engine lies.
enum Place {
    Sqlite { dir: PathBuf },
    Postgres { server: String, name: String },
}

impl Place {
    async fn find(target: &Target, engine: Engine, size: Size, home: &Path) -> Result<Self> {
        let key = format!("{}_{}_{}", schema(home).await?, size.conversations, size.messages);
        Ok(match engine {
            Engine::Sqlite => Place::Sqlite { dir: home.join(key) },
            Engine::Postgres => Place::Postgres { server: target.postgres()?, name: format!("bench_data_{key}") },
        })
    }

    fn url(&self) -> String {
        match self {
            Place::Sqlite { dir } => format!("sqlite://{}", dir.join("parlance.db").display()),
            Place::Postgres { server, name } => renamed(server, name),
        }
    }

    fn unfinished_url(&self) -> String {
        match self {
            Place::Sqlite { dir } => format!("sqlite://{}", part(dir).join("parlance.db").display()),
            Place::Postgres { server, name } => renamed(server, &format!("{name}_part")),
        }
    }

    async fn is_there(&self) -> Result<bool> {
        match self {
            Place::Sqlite { dir } => Ok(dir.join("parlance.db").is_file()),
            Place::Postgres { server, name } => {
                let mut admin =
                    PgConnection::connect(server).await.context("the PostgreSQL server does not let us in")?;
                let there =
                    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)").bind(name);
                Ok(there.fetch_one(&mut admin).await?)
            }
        }
    }

    /// Nothing of an attempt that was broken off.
    async fn clear(&self) -> Result<()> {
        match self {
            Place::Sqlite { dir } => {
                let part = part(dir);
                if part.exists() {
                    std::fs::remove_dir_all(&part)?;
                }
                Ok(std::fs::create_dir_all(part)?)
            }
            Place::Postgres { server, name } => {
                let mut admin = PgConnection::connect(server).await?;
                admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}_part WITH (FORCE)"))).await?;
                admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}_part"))).await?;
                Ok(())
            }
        }
    }

    async fn finish(&self) -> Result<()> {
        match self {
            Place::Sqlite { dir } => Ok(std::fs::rename(part(dir), dir)?),
            Place::Postgres { server, name } => {
                let mut admin = PgConnection::connect(server).await?;
                admin.execute(AssertSqlSafe(format!("ALTER DATABASE {name}_part RENAME TO {name}"))).await?;
                Ok(())
            }
        }
    }
}

fn part(dir: &Path) -> PathBuf {
    dir.with_extension("part")
}

/// Changes with every migration.
async fn schema(home: &Path) -> Result<String> {
    let dir = tempfile::Builder::new().prefix("schema-").tempdir_in(home)?;
    let db = Db::open(&format!("sqlite://{}", dir.path().join("empty.db").display())).await?;
    let mut read = db.read().await?;
    let migrations: Vec<(i64, Vec<u8>)> = sql!(all(i64, Vec<u8>), read.conn(), SCHEMA)?;
    drop(read);
    db.close().await;
    let mut hash = Sha256::new();
    for (version, checksum) in migrations {
        hash.update(version.to_be_bytes());
        hash.update(checksum);
    }
    // The text and the way of writing it count as well.
    hash.update(include_str!("text.rs"));
    hash.update(include_str!("write.rs"));
    Ok(hex::encode(&hash.finalize()[..6]))
}

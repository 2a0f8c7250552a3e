//! Which database, which binary.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

/// A database engine, as results name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
    Both,
}

/// What every command needs to know.
#[derive(Args)]
pub struct Target {
    /// The engines to run on.
    #[arg(long, value_enum, default_value = "both")]
    engine: Choice,
    /// The server binary; by default the one beside this program.
    #[arg(long, env = "PARLANCE_BIN")]
    parlance: Option<PathBuf>,
    /// A PostgreSQL server on which databases may be created (else BENCH_PG_URL or TEST_PG_URL).
    #[arg(long)]
    pg_url: Option<String>,
}

impl Target {
    pub fn engines(&self) -> Vec<Engine> {
        match self.engine {
            Choice::Sqlite => vec![Engine::Sqlite],
            Choice::Postgres => vec![Engine::Postgres],
            Choice::Both => vec![Engine::Sqlite, Engine::Postgres],
        }
    }

    /// Whether the PostgreSQL server was named by a person, and is there after this program too.
    pub fn lasts(&self) -> bool {
        self.pg_url.is_some() || std::env::var("BENCH_PG_URL").is_ok_and(|url| !url.is_empty())
    }

    /// The server binary.
    ///
    /// # Errors
    /// When there is none.
    pub fn binary(&self) -> Result<PathBuf> {
        let path = match &self.parlance {
            Some(path) => path.clone(),
            None => beside_me()?.join("parlance"),
        };
        if !path.is_file() {
            bail!("there is no server binary at {}: name one with --parlance", path.display());
        }
        // Servers are started in a folder of their own.
        std::path::absolute(&path).with_context(|| path.display().to_string())
    }

    /// The PostgreSQL server.
    ///
    /// # Errors
    /// When none was named.
    pub fn postgres(&self) -> Result<String> {
        let named = |name: &str| std::env::var(name).ok().filter(|url| !url.is_empty());
        self.pg_url
            .clone()
            .or_else(|| named("BENCH_PG_URL"))
            .or_else(|| named("TEST_PG_URL"))
            .context("no PostgreSQL: set TEST_PG_URL, use `cargo xtask bench`, which starts one, or --engine sqlite")
    }
}

/// The folder of this program: of the other binaries of the build too.
pub fn beside_me() -> Result<PathBuf> {
    let me = std::env::current_exe().context("where is this program?")?;
    Ok(me.parent().context("this program lies in no folder")?.to_path_buf())
}

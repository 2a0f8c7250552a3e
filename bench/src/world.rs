//! An installation: a folder, a database with workspaces and numbers, the secrets, an address.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use anyhow::{Context, Result};
use domain::workspace::Slug;
use services::{
    Options, Services, accounts,
    clock::Clock,
    db::Db,
    numbers,
    send::Graph,
    vault::{MasterKey, Vault},
};
use tempfile::TempDir;

use crate::{
    database::Database,
    engine::{Engine, Target, beside_me},
    http::{self, Conn},
    meta::{self, Number, Signer},
    parlance::Parlance,
};

/// The owner of every workspace.
pub const OWNER: &str = "owner@example.com";
/// The same for all members: nobody else can reach these servers.
pub const PASSWORD: &str = "a long enough password";
/// The access token of every number.
pub const TOKEN: &str = "EAAbenchtoken";
/// Where Graph would be; the measurements send nothing.
const NO_GRAPH: &str = "http://127.0.0.1:9";

/// What a server needs to start, and what stays when it is gone.
pub struct World {
    pub database: Database,
    pub offices: Vec<Office>,
    pub addr: SocketAddr,
    pub secret: String,
    pub master_key: String,
    pub graph_url: String,
    pub binary: PathBuf,
    pub dir: TempDir,
}

/// A workspace with one number.
pub struct Office {
    pub slug: Slug,
    pub number: Number,
}

impl World {
    /// A fresh installation with so many workspaces.
    pub async fn new(target: &Target, engine: Engine, workspaces: usize) -> Result<Self> {
        Self::with_graph(target, engine, workspaces, NO_GRAPH).await
    }

    /// The same, with Graph at `graph_url`.
    pub async fn with_graph(target: &Target, engine: Engine, workspaces: usize, graph_url: &str) -> Result<Self> {
        // Beside the program and not in the system's folder for temporary files, which is memory on many machines.
        let dir = tempfile::Builder::new().prefix("bench-").tempdir_in(beside_me()?)?;
        let database = Database::create(target, engine, dir.path()).await?;
        let mut world = Self {
            database,
            offices: Vec::new(),
            addr: SocketAddr::from(([127, 0, 0, 1], free_port()?)),
            secret: hex::encode(rand::random::<[u8; 16]>()),
            master_key: hex::encode(rand::random::<[u8; 32]>()),
            graph_url: graph_url.to_owned(),
            binary: target.binary()?,
            dir,
        };
        let services = world.services().await?;
        for nth in 0..workspaces {
            let slug = accounts::create_owner(&services, &format!("Bench {nth}"), OWNER, PASSWORD).await?;
            let number = meta::number(nth);
            let connect = numbers::Connect {
                phone_number_id: number.phone_number_id.clone(),
                waba_id: number.waba_id.clone(),
                display_number: format!("+{}", number.display),
                token: TOKEN.to_owned().into(),
                name: None,
            };
            numbers::connect(&services, &slug, connect).await?;
            world.offices.push(Office { slug, number });
        }
        services.db().close().await;
        Ok(world)
    }

    /// The use cases on this database, to prepare it. Close the database before a server starts.
    pub async fn services(&self) -> Result<Services> {
        let vault = Vault::new(MasterKey::from_hex(&self.master_key)?);
        let graph = Graph::new(&self.graph_url, "v25.0")?;
        let db = Db::open(&self.database.url).await?;
        Ok(Services::new(db, Options { clock: Clock::system(), vault, graph, mailer: None }))
    }

    /// Starts a server and waits until it is ready.
    pub async fn start(&self, workers: bool) -> Result<Parlance> {
        Parlance::start(self, workers).await
    }

    pub fn signer(&self) -> Signer {
        Signer::new(&self.secret)
    }

    pub fn numbers(&self) -> Vec<Number> {
        self.offices.iter().map(|office| office.number.clone()).collect()
    }

    /// Signs in as a browser does; gives back the cookie.
    pub async fn sign_in(&self, email: &str) -> Result<String> {
        let mut conn = Conn::open(self.addr).await?;
        let request = http::form(self.addr, "/login", None, &[("email", email), ("password", PASSWORD)]);
        let answer = conn.send(&request).await?;
        let refused = answer.status != 303 || answer.header("location").is_none_or(|to| to.starts_with("/login"));
        answer.cookies().filter(|_| !refused).with_context(|| format!("{email} cannot sign in"))
    }

    /// Removes everything.
    pub async fn end(self) -> Result<()> {
        self.database.drop().await
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

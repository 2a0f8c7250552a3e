//! A running server.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{http, world::World};

/// A server with an empty database is ready in well under a second; one that recovers takes longer.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// It finishes what is in flight first.
const STOPS_WITHIN: Duration = Duration::from_secs(40);

/// One process of `parlance serve`; killed when this is dropped.
pub struct Parlance {
    child: Child,
    addr: SocketAddr,
    log: PathBuf,
}

impl Parlance {
    /// Starts it and waits until it is ready.
    pub async fn start(world: &World, workers: bool) -> Result<Self> {
        let mut parlance = Self::spawn(world, workers)?;
        parlance.ready().await?;
        Ok(parlance)
    }

    /// Starts it.
    pub fn spawn(world: &World, workers: bool) -> Result<Self> {
        let log = world.dir.path().join("parlance.log");
        let out = File::options().create(true).append(true).open(&log)?;
        let kept = ["PATH", "HOME", "RUST_LOG", "LD_LIBRARY_PATH"];
        let kept = kept.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let switch = if workers { "true" } else { "false" };
        let child = Command::new(&world.binary)
            .arg("serve")
            .current_dir(world.dir.path())
            // Nothing of whoever runs this may change what is measured.
            .env_clear()
            .envs(kept)
            .env("DATABASE_URL", &world.database.url)
            .env("PARLANCE_ADDR", world.addr.to_string())
            .env("PUBLIC_URL", format!("http://{}", world.addr))
            .env("META_APP_ID", "670843887433847")
            .env("META_APP_SECRET", &world.secret)
            .env("META_VERIFY_TOKEN", "bench-verify-token")
            .env("META_GRAPH_URL", &world.graph_url)
            .env("TOKEN_MASTER_KEY", &world.master_key)
            .env("START_WEBHOOK_WORKER", switch)
            .env("START_MESSAGE_RETRY_WORKER", switch)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", world.binary.display()))?;
        Ok(Self { child, addr: world.addr, log })
    }

    /// Waits until it answers `/readyz` with 200.
    pub async fn ready(&mut self) -> Result<()> {
        let request = http::get(self.addr, "/readyz");
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", self.log_tail());
            }
            let answer = timeout(Duration::from_secs(2), http::once(self.addr, &request)).await;
            if matches!(answer, Ok(Ok(200))) {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("the server is not ready after {} seconds:\n{}", READY_WITHIN.as_secs(), self.log_tail())
    }

    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.pid()?);
        let text = fs::read_to_string(&path).with_context(|| path.clone())?;
        let kib = text.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        let kib: f64 = kib.with_context(|| format!("{path} names no VmRSS"))?;
        Ok(kib / 1_024.0)
    }

    /// Asks it to stop, and waits.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        let asked = Command::new("kill").arg("-TERM").arg(self.pid()?.to_string()).status().await?;
        if !asked.success() {
            bail!("the server cannot be asked to stop");
        }
        let status = timeout(STOPS_WITHIN, self.child.wait()).await.context("the server does not stop")??;
        if !status.success() {
            bail!("the server ended with {status}:\n{}", self.log_tail());
        }
        Ok(status)
    }

    /// `kill -9`: no handler runs, nothing is flushed.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

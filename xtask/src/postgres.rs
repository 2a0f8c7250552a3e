//! A private PostgreSQL for as long as it is needed: own folder, free port, loopback only, fsync on.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::cargo::{on_path, run, script};

/// The variable in which tests look for a server.
pub const ENV: &str = "TEST_PG_URL";

/// Stopped and removed when dropped.
pub struct Postgres {
    server: Child,
    dir: PathBuf,
    /// Where clients connect.
    pub url: String,
    /// The folder of its programs.
    pub bin: PathBuf,
}

impl Postgres {
    /// Makes a new cluster and waits until it answers.
    pub fn start() -> Result<Self> {
        let bin = PathBuf::from(script("postgres.sh")?);
        let owner = Owner::find()?;
        let dir = std::env::temp_dir().join(format!("parlance-pg-{}", std::process::id()));
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        owner.give(&dir)?;
        let data = dir.join("data");
        run(owner
            .command(&bin.join("initdb"))
            .args(["--auth=trust", "--username=parlance", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(&dir)
            .stdout(Stdio::null()))?;
        let port = free_port()?;
        let log = fs::File::create(dir.join("log"))?;
        let server = owner
            .command(&bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&dir)
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=on",
                "-c",
                "max_connections=200",
            ])
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let url = format!("postgres://parlance@127.0.0.1:{port}/postgres");
        let mut postgres = Self { server, dir, url, bin };
        postgres.wait(port)?;
        Ok(postgres)
    }

    fn wait(&mut self, port: u16) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.server.try_wait()? {
                bail!(
                    "postgres ended with {status}:\n{}",
                    fs::read_to_string(self.dir.join("log")).unwrap_or_default()
                );
            }
            let ready = Command::new(self.bin.join("pg_isready"))
                .args(["--quiet", "--host=127.0.0.1", &format!("--port={port}")])
                .status()
                .is_ok_and(|status| status.success());
            if ready {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("postgres did not answer within a minute")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: it ends its clients and itself.
        let asked = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Who runs the server: PostgreSQL refuses root.
enum Owner {
    Me,
    Other(&'static str),
}

impl Owner {
    fn find() -> Result<Self> {
        if number(&["-u"])? != 0 {
            return Ok(Self::Me);
        }
        for name in ["postgres", "nobody"] {
            if number(&["-u", name]).is_ok() {
                return Ok(Self::Other(name));
            }
        }
        bail!("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
    }

    fn give(&self, dir: &Path) -> Result<()> {
        match self {
            Self::Me => Ok(()),
            Self::Other(name) => run(Command::new("chown").arg(name).arg(dir)),
        }
    }

    /// With setpriv (Linux) the program is the direct child and ends when this one is killed.
    fn command(&self, program: &Path) -> Command {
        let mut command;
        match self {
            Self::Me if on_path("setpriv") => {
                command = Command::new("setpriv");
                command.args(["--pdeathsig", "INT", "--"]).arg(program);
            }
            Self::Me => command = Command::new(program),
            Self::Other(name) => {
                command = Command::new("setpriv");
                command
                    .args(["--reuid", name, "--regid", &group(name), "--init-groups", "--pdeathsig", "INT", "--"])
                    .arg(program);
            }
        }
        command
    }
}

fn group(user: &str) -> String {
    number(&["-g", user]).map_or_else(|_| user.to_owned(), |id| id.to_string())
}

fn number(args: &[&str]) -> Result<u32> {
    let output = Command::new("id").args(args).stderr(Stdio::null()).output().context("cannot start `id`")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// `cargo xtask pg [COMMAND..]`.
pub fn hold(command: &[&str]) -> Result<()> {
    let mut postgres = Postgres::start()?;
    if let Some((program, args)) = command.split_first() {
        return run(Command::new(program).args(args).env(ENV, &postgres.url));
    }
    println!("{ENV}={}", postgres.url);
    postgres.server.wait()?;
    Ok(())
}

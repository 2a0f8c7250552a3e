//! What runs on optimised builds.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    browser,
    build::{self, Mode},
    cargo::run,
    paths,
    postgres::{self, Postgres},
    site,
    steps::step,
};

/// `dist/parlance`; with `--aws` it can use master keys at AWS.
pub fn dist(options: &[&str]) -> Result<()> {
    let built = match options {
        [] => build::all(Mode::Release, false)?,
        ["--aws"] => build::with_aws()?,
        [other, ..] => bail!("no option `{other}`: release [--aws]"),
    };
    let dist = paths::root().join("dist");
    fs::create_dir_all(&dist)?;
    let to = dist.join("parlance");
    // A rename, so that a running one can be replaced.
    let unfinished = dist.join("parlance.part");
    fs::copy(&built, &unfinished).with_context(|| format!("cannot copy {}", built.display()))?;
    fs::rename(&unfinished, &to)?;
    println!("{} ({} bytes)", to.display(), fs::metadata(&to)?.len());
    Ok(())
}

/// The measurements, one JSON object a line on standard output.
pub fn bench(args: &[&str]) -> Result<()> {
    with_bench("run", Mode::Release, args)
}

/// The large workspace of the measurement `query`, made once and kept.
pub fn bench_data(args: &[&str]) -> Result<()> {
    with_bench("data", Mode::Release, args)
}

/// Kills under load, then counts.
pub fn chaos(args: &[&str]) -> Result<()> {
    with_bench("chaos", Mode::Quick, args)
}

fn with_bench(subcommand: &str, mode: Mode, args: &[&str]) -> Result<()> {
    let dir = build::with(mode, false, &["bench", "simulator"])?;
    let postgres = step("PostgreSQL", Postgres::start)?;
    let chromium = (subcommand == "run" && browses(args)).then(browser::prepare).transpose()?;
    let site: PathBuf = paths::target()?.join("site").join(mode.profile());
    run(Command::new(dir.join("bench"))
        .arg(subcommand)
        .args(args)
        .current_dir(paths::root())
        .env(postgres::ENV, &postgres.url)
        .env("PARLANCE_BIN", dir.join("parlance"))
        .env("SIMULATOR_BIN", dir.join("simulator"))
        .env(site::ENV, &site)
        .envs(chromium.map(|chromium| (browser::ENV, chromium))))
}

/// Whether one of these measurements looks at pages.
fn browses(args: &[&str]) -> bool {
    let all = !args.iter().any(|arg| arg.starts_with("--only"));
    all || args.iter().any(|arg| arg.contains("first_paint"))
}

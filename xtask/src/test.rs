//! `make lint` and `make test`.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{
    browser,
    build::Mode,
    cargo::{cargo, on_path, quiet_cargo, run, script},
    paths,
    postgres::{self, Postgres},
    site,
    steps::step,
};

/// `frontend` is for the browser alone: built with the others it would give `app` both of its faces at once.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "frontend"];

/// Formatting, then clippy for both targets.
pub fn lint() -> Result<()> {
    step("Formatting", || run(cargo("fmt")?.args(["--all", "--check"])))?;
    step("Clippy, native", || {
        let site = paths::target()?.join("site").join(Mode::Quick.profile());
        run(quiet_cargo("clippy")?
            .args(NATIVE)
            .args(["--profile", "quick", "--all-targets", "--", "-D", "warnings"])
            .envs(site.join("manifest.tsv").is_file().then_some((site::ENV, &site))))
    })?;
    step("Clippy, the server with AWS", || {
        let with_aws = ["--package", "server", "--features", "aws", "--profile", "quick", "--", "-D", "warnings"];
        run(quiet_cargo("clippy")?.args(with_aws))
    })?;
    step("Clippy, wasm", || {
        run(quiet_cargo("clippy")?.args([
            "--package",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-quick",
            "--",
            "-D",
            "warnings",
        ]))
    })
}

/// The variable in which the tests of `vault-aws` and `services` look for a stand-in for AWS.
const MOTO: &str = "TEST_MOTO";

/// All layers, or the parts named: `lint`, `rust`, `browser`.
pub fn run_all(parts: &[&str]) -> Result<()> {
    let known = ["lint", "rust", "browser"];
    if let Some(unknown) = parts.iter().find(|part| !known.contains(part)) {
        bail!("no part `{unknown}`: {}", known.join(", "));
    }
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);

    if wanted("lint") {
        lint()?;
    }
    if wanted("rust") || wanted("browser") {
        let site = site::build(Mode::Quick, false)?;
        // One build serves both: the integration tests of `server` need the binary as well.
        let postgres = step("PostgreSQL", Postgres::start)?;
        if wanted("rust") {
            step("Tests (Rust, both engines)", || rust(&site.dir, &postgres.url))?;
        }
        if wanted("browser") {
            browser(&site.dir, &postgres)?;
        }
    }
    Ok(())
}

fn rust(site: &Path, pg: &str) -> Result<()> {
    let mut command = if on_path("cargo-nextest") {
        let mut command = cargo("nextest")?;
        command.args(["run", "--cargo-profile", "quick", "--no-tests=pass", "--no-fail-fast"]);
        // A log that is cut has room for what failed and what is slow, not for a line of each test.
        command.args(["--status-level", "slow", "--final-status-level", "fail"]);
        command
    } else {
        let mut command = cargo("test")?;
        command.args(["--profile", "quick", "--no-fail-fast", "--tests"]);
        command
    };
    // What a test says when it fails is its message: a log that is cut ends with that, not with frames of the runtime.
    command.env("RUST_BACKTRACE", "0");
    // Where there is no Python the script has said so, and those tests pass without doing anything.
    let moto = script("moto.sh").ok();
    run(command.args(NATIVE).env(site::ENV, site).env(postgres::ENV, pg).envs(moto.map(|program| (MOTO, program))))
}

fn browser(site: &Path, postgres: &Postgres) -> Result<()> {
    let chromium = browser::prepare()?;
    step("Server", || {
        // Built as the Rust tests build it (the integration tests want the binary too): nothing is compiled twice.
        run(quiet_cargo("test")?.args(NATIVE).args(["--profile", "quick", "--tests", "--no-run"]).env(site::ENV, site))
    })?;
    step("Browser tests", || {
        run(Command::new("npx")
            .args(["--no-install", "playwright", "test"])
            .current_dir(paths::root().join("end2end"))
            .env("PARLANCE_BIN", paths::target()?.join(Mode::Quick.profile()).join("parlance"))
            .env(browser::ENV, &chromium)
            .env("PARLANCE_PG_BIN", &postgres.bin)
            .env(postgres::ENV, &postgres.url))
    })
}

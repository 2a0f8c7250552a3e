//! The server binary with the assets inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    cargo::{quiet_cargo, run},
    paths, site,
    steps::step,
};

/// How much work the compiler puts into the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Quick to compile: `make run`, `make test`.
    Quick,
    /// Small and fast: `make release`, `make bench`.
    Release,
}

impl Mode {
    /// The profile of the native crates; also names the folder of the site.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Release => "release",
        }
    }

    /// The profile of the browser part.
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Quick => "wasm-quick",
            Self::Release => "wasm",
        }
    }
}

/// Builds the browser part and the server; gives back the path of `parlance`.
pub fn all(mode: Mode, wasm_opt: bool) -> Result<PathBuf> {
    Ok(with(mode, wasm_opt, &[])?.join("parlance"))
}

/// The optimised server with master keys at AWS.
pub fn with_aws() -> Result<PathBuf> {
    let site = site::build(Mode::Release, false)?;
    step("Server with AWS (takes some minutes)", || {
        run(quiet_cargo("build")?
            .args(["--profile", Mode::Release.profile(), "--bins", "--package", "server", "--features", "aws"])
            .env(site::ENV, &site.dir))
    })?;
    Ok(paths::target()?.join(Mode::Release.profile()).join("parlance"))
}

/// Builds the browser part, the server and more programs; gives back the folder of the binaries.
///
/// One call of cargo for all of them: their dependencies are compiled once, with the same features.
pub fn with(mode: Mode, wasm_opt: bool, more: &[&str]) -> Result<PathBuf> {
    let site = site::build(mode, wasm_opt)?;
    let note = match mode {
        Mode::Quick => "the first time takes some minutes",
        Mode::Release => "takes some minutes",
    };
    let programs = ["server"].iter().chain(more);
    step(&format!("Server ({note})"), || {
        let mut build = quiet_cargo("build")?;
        build.args(["--profile", mode.profile(), "--bins"]).env(site::ENV, &site.dir);
        for program in programs {
            build.args(["--package", program]);
        }
        run(&mut build)
    })?;
    Ok(paths::target()?.join(mode.profile()))
}

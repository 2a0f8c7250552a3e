//! What drives pages: Chromium, Node.js and the packages of `end2end/`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{
    cargo::{on_path, run, script},
    paths,
    steps::step,
};

/// Where Chromium is, for whatever starts it.
pub const ENV: &str = "PARLANCE_CHROMIUM";

/// Looks for what the machine must have, installs the rest; returns the path of Chromium.
pub fn prepare() -> Result<String> {
    let chromium = script("chromium.sh")?;
    if !on_path("npm") {
        bail!(
            "What drives the browser needs Node.js 20 or newer with npm (Debian, Ubuntu: apt-get install nodejs npm)"
        );
    }
    step("Browser: packages", || {
        let folder = paths::root().join("end2end");
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder))
    })?;
    Ok(chromium)
}

//! What a browser loads, as `xtask` built it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{engine::beside_me, figures};

/// Where the site is; `cargo xtask bench` says so.
const SITE: &str = "PARLANCE_SITE_DIR";

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    wasm_bytes: u64,
    wasm_brotli_bytes: u64,
    css_brotli_bytes: u64,
}

pub(super) fn run() -> Result<()> {
    let site = site()?;
    let list = site.join("manifest.tsv");
    let manifest = fs::read_to_string(&list)
        .with_context(|| format!("{}: build the site first (`cargo xtask site --release`)", list.display()))?;
    let file = |role: &str| -> Result<PathBuf> {
        let mut entries = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let entry = entries.find(|entry| entry.first() == Some(&role));
        let name = entry.and_then(|entry| entry.get(1).copied());
        Ok(site.join("pkg").join(name.with_context(|| format!("{} names no {role}", list.display()))?))
    };
    let (wasm, css) = (file("wasm")?, file("css")?);
    figures::print(&Line {
        bench: "assets",
        wasm_bytes: size(&wasm)?,
        wasm_brotli_bytes: size(&brotli(&wasm))?,
        css_brotli_bytes: size(&brotli(&css))?,
    })
}

/// As configured, else the one that belongs to the build this program is of.
fn site() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os(SITE) {
        return Ok(dir.into());
    }
    let mine = beside_me()?;
    let (target, profile) = (mine.parent(), mine.file_name());
    let (target, profile) = target.zip(profile).context("this program lies in no target folder")?;
    Ok(target.join("site").join(profile))
}

fn brotli(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    name.into()
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| path.display().to_string())?.len())
}

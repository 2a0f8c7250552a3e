//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the workspace.
///
/// Asked when it runs: clones share a target folder, and cargo takes a binary that another clone built for fresh.
pub fn root() -> PathBuf {
    let built_in = || env!("CARGO_MANIFEST_DIR").into();
    let xtask: PathBuf = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(built_in, PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// Cargo's output; by default outside the clone, so that clones share it and a fresh one starts warm.
pub fn target() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
        return std::path::absolute(dir).context("CARGO_TARGET_DIR");
    }
    let home = std::env::home_dir().context("no home folder: set CARGO_TARGET_DIR")?;
    Ok(home.join(".cache/parlance/target"))
}

//! Everything the browser loads: wasm, its JavaScript glue, style and public files, under names that change with the content.

mod compress;
mod css;
mod manifest;
mod public;
mod split;
mod wasm;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use manifest::Manifest;

use crate::{build::Mode, paths, steps::step};

/// The variable by which `server/build.rs` learns where the site is.
pub const ENV: &str = "PARLANCE_SITE_DIR";

/// A built site.
pub struct Site {
    /// Holds `manifest.tsv` and `pkg/`.
    pub dir: PathBuf,
    manifest: Manifest,
}

impl Site {
    /// One line a file: bytes as they are, with brotli, with gzip.
    pub fn print_sizes(&self) {
        for entry in self.manifest.entries() {
            println!("{:<34} {:>9} raw {:>9} br {:>9} gz", entry.file, entry.raw, entry.brotli, entry.gzip);
        }
    }
}

/// Builds what changed since the last time.
pub fn build(mode: Mode, wasm_opt: bool) -> Result<Site> {
    let dir = paths::target()?.join("site").join(mode.profile());
    let pkg = dir.join("pkg");
    fs::create_dir_all(&pkg).with_context(|| format!("cannot make {}", pkg.display()))?;

    let module = step("Browser part: compile to WebAssembly", || wasm::compile(mode))?;
    let glue = step("Browser part: JavaScript glue", || wasm::bind(&module, &dir, mode, wasm_opt))?;
    step("Assets: style, names, compression", || {
        let mut writer = compress::Writer::new(&pkg, mode);
        let mut manifest = Manifest::default();
        for file in public::read()? {
            manifest.push(writer.write(&format!("public:{}", file.path), &file.path, &file.bytes)?);
        }
        if let Some(css) = css::bundle(&manifest)? {
            manifest.push(writer.write("css", "parlance.css", css.as_bytes())?);
        }
        for file in glue.into_files(&mut writer)? {
            manifest.push(file);
        }
        writer.remove_stale()?;
        manifest.save(&dir)?;
        Ok(Site { dir: dir.clone(), manifest })
    })
}

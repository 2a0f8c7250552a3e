//! The list that the server's build script reads: one line a file, fields separated by tabs.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// One file of `pkg/`, with `.br` and `.gz` beside it where these are smaller.
pub struct Entry {
    /// What it is for: `js`, `wasm`, `css`, `snippet`, `part` and `parts` (what is loaded later, and its script), or `public:<path under public/>`.
    pub role: String,
    /// Its name in `pkg/` and below `/assets/`.
    pub file: String,
    /// Part of the name already; the ETag.
    pub hash: String,
    /// Bytes as they are, with brotli, with gzip.
    pub raw: usize,
    pub brotli: usize,
    pub gzip: usize,
}

#[derive(Default)]
pub struct Manifest(Vec<Entry>);

impl Manifest {
    pub fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Writes `manifest.tsv`; an unchanged one keeps its time, so that the server is not built again.
    pub fn save(&self, dir: &Path) -> Result<()> {
        let mut text = String::new();
        for entry in &self.0 {
            text.push_str(&format!("{}\t{}\t{}\n", entry.role, entry.file, entry.hash));
        }
        let path = dir.join("manifest.tsv");
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

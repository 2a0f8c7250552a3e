//! Content-hashed names and precompressed twins.

use std::{
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::manifest::Entry;
use crate::build::Mode;

/// Writes into `pkg/` and remembers what belongs there.
pub struct Writer {
    pkg: PathBuf,
    mode: Mode,
    kept: HashSet<PathBuf>,
}

impl Writer {
    pub fn new(pkg: &Path, mode: Mode) -> Self {
        Self { pkg: pkg.to_path_buf(), mode, kept: HashSet::new() }
    }

    /// `icons/mark.svg` becomes `icons/mark.<hash>.svg`, with `.br` and `.gz` beside it. A name that is there already
    /// has the same content: nothing is done again.
    pub fn write(&mut self, role: &str, name: &str, bytes: &[u8]) -> Result<Entry> {
        self.write_as(role, name, &hash(bytes), bytes)
    }

    /// The same under a given hash, for files that name each other.
    pub fn write_as(&mut self, role: &str, name: &str, hash: &str, bytes: &[u8]) -> Result<Entry> {
        let file = hashed(name, hash);
        let path = self.pkg.join(&file);
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let brotli = self.put(&beside(&path, "br"), || self.brotli(bytes))?;
        let gzip = self.put(&beside(&path, "gz"), || gzip(bytes, self.mode))?;
        // Last, so that an interrupted build is not taken for a finished one.
        let raw = self.put(&path, || Ok(bytes.to_vec()))?;
        self.kept.extend([beside(&path, "br"), beside(&path, "gz"), path]);
        Ok(Entry { role: role.to_owned(), file, hash: hash.to_owned(), raw, brotli, gzip })
    }

    /// Removes the files of earlier builds.
    pub fn remove_stale(&self) -> Result<()> {
        self.sweep(&self.pkg)
    }

    fn sweep(&self, dir: &Path) -> Result<()> {
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                self.sweep(&path)?;
            } else if !self.kept.contains(&path) {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(())
    }

    fn put(&self, path: &Path, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<usize> {
        if let Ok(there) = fs::metadata(path) {
            return Ok(usize::try_from(there.len())?);
        }
        let bytes = make()?;
        let unfinished = beside(path, "part");
        fs::write(&unfinished, &bytes).with_context(|| format!("cannot write {}", unfinished.display()))?;
        fs::rename(&unfinished, path)?;
        Ok(bytes.len())
    }

    fn brotli(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let quality = match self.mode {
            Mode::Quick => 4,
            Mode::Release => 11,
        };
        let params =
            brotli::enc::BrotliEncoderParams { quality, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
        let mut out = Vec::new();
        brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
        Ok(out)
    }
}

/// The first 16 hex digits of the SHA-256: more than enough to tell builds apart.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// The name with the hash before its last ending.
pub fn hashed(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => format!("{stem}.{hash}.{ending}"),
        _ => format!("{name}.{hash}"),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn gzip(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let level = match mode {
        Mode::Quick => Compression::fast(),
        Mode::Release => Compression::best(),
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

//! The files of `public/`, as they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::paths;

pub struct PublicFile {
    /// Below `public/`, with `/` between folders.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// All files, in the order of their names.
pub fn read() -> Result<Vec<PublicFile>> {
    let root = paths::root().join("public");
    let mut found = Vec::new();
    if root.is_dir() {
        collect(&root, &mut found)?;
    }
    found.sort();
    let file = |path: PathBuf| -> Result<PublicFile> {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let below = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        Ok(PublicFile { path: below, bytes })
    };
    found.into_iter().map(file).collect()
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, found)?;
        } else if !hidden {
            found.push(path);
        }
    }
    Ok(())
}

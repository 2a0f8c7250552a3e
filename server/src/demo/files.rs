//! What the demo keeps beside its database, readable by its owner only.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{config::Config, failure::Failure};

const KEY: &str = "demo.key";

/// What the simulated Meta and the database must agree about, also after a restart.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    pub app_id: String,
    pub app_secret: String,
    pub verify_token: String,
    /// The access token of the demo's numbers.
    pub access_token: String,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

impl Kept {
    /// From `demo.json` in the data folder, which is made with fresh random secrets when it is missing.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn load_or_make(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("demo.json");
        if let Some(text) = read(&path)? {
            return serde_json::from_str(&text)
                .map_err(|_| Failure::failed(format!("{} is damaged; remove the demo's data folder", path.display())));
        }
        let kept = Self {
            app_id: format!("1{:014}", rand::random_range(0..100_000_000_000_000_u64)),
            app_secret: random_hex::<16>(),
            verify_token: random_hex::<16>(),
            access_token: format!("EAAG{}", random_hex::<48>()),
        };
        let text = serde_json::to_string_pretty(&kept).map_err(Failure::failed)?;
        write_new(&path, &text)?;
        Ok(kept)
    }
}

/// From `demo.key` in the data folder, made when it is missing.
///
/// # Errors
/// A file that cannot be read or written, or holds no key.
pub fn master_key(folder: &Path) -> Result<SecretString, Failure> {
    if let Some(key) = known_key(folder)? {
        return Ok(key);
    }
    let key = random_hex::<32>();
    write_new(&folder.join(KEY), &format!("{key}\n"))?;
    Ok(key.into())
}

/// From `demo.key`, if there is one.
///
/// # Errors
/// A file that cannot be read or holds no key.
pub fn known_key(folder: &Path) -> Result<Option<SecretString>, Failure> {
    let path = folder.join(KEY);
    let Some(text) = read(&path)? else { return Ok(None) };
    let key = SecretString::from(text.trim());
    if hex::decode(key.expose_secret()).map(|bytes| bytes.len()) == Ok(32) {
        Ok(Some(key))
    } else {
        Err(Failure::failed(format!("{} holds no key of 64 hexadecimal digits", path.display())))
    }
}

/// Where the demo's own files lie.
pub fn folder(config: &Config) -> PathBuf {
    config.data_folder()
}

fn random_hex<const N: usize>() -> String {
    hex::encode(rand::random::<[u8; N]>())
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::failed(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Never follows into a file that is there, and nobody else may read it from its first moment.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::failed(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_the_same_again_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("data");
        let key = master_key(&below).unwrap();
        let kept = Kept::load_or_make(&below).unwrap();
        assert_eq!(master_key(&below).unwrap().expose_secret(), key.expose_secret());
        assert_eq!(Kept::load_or_make(&below).unwrap().app_secret, kept.app_secret);
        assert_ne!(kept.app_secret, kept.verify_token);
        assert!(!format!("{kept:?}").contains(&kept.app_secret));
        #[cfg(unix)]
        for file in ["demo.key", "demo.json"] {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(below.join(file)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        std::fs::write(below.join("demo.key"), "short").unwrap();
        assert!(master_key(&below).unwrap_err().to_string().contains("demo.key"));
    }
}

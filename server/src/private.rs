//! What others on the machine must not read: the database's files, and the memory in which secrets are open.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use crate::{config::Config, failure::Failure};

/// Makes the files of a SQLite database that are still missing, empty and closed to others, before SQLite would make them as
/// open as the system's default. What SQLite puts beside them (`-wal`, `-shm`) it gives the same permissions.
///
/// # Errors
/// When a file or folder cannot be made.
pub fn prepare(config: &Config) -> Result<(), Failure> {
    let Some(main) = file(config.database_url.expose_secret()) else { return Ok(()) };
    let stem = main.file_stem().map_or_else(|| "parlance".into(), |stem| stem.to_string_lossy());
    let journal = main.with_file_name(format!("{stem}-ingest.db"));
    for file in [&main, &journal] {
        make(file).map_err(|error| Failure::failed(format!("{} cannot be made: {error}", file.display())))?;
    }
    Ok(())
}

/// Leaves no image of the memory behind, however the process ends, and lets no other process of the same user look into it.
/// Keys and tokens are open there while they are used.
#[cfg(unix)]
pub fn memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let limited = setrlimit(Resource::Core, none);
    // A core that is piped into a program is not bound by that limit.
    #[cfg(target_os = "linux")]
    let limited = limited.and(rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable));
    if let Err(error) = limited {
        tracing::warn!(%error, "a core dump of this process may be written");
    }
}

/// Other systems have their own ways to switch such images off.
#[cfg(not(unix))]
pub fn memory() {}

/// The path of a SQLite database that may be made when it is missing.
fn file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let read_only = url::form_urlencoded::parse(query.as_bytes()).any(|(name, mode)| name == "mode" && mode == "ro");
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    (!read_only && !path.is_empty()).then(|| PathBuf::from(path.as_ref()))
}

/// Makes a folder closed to others, unless it is there.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn make(file: &Path) -> io::Result<()> {
    if let Some(parent) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folder(parent)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_read_as_the_database_reads_it() {
        for (url, expected) in [
            ("sqlite://data/parlance.db", Some("data/parlance.db")),
            ("sqlite:///var/lib/p%20q/parlance.db?mode=rwc", Some("/var/lib/p q/parlance.db")),
            ("sqlite:parlance.db", Some("parlance.db")),
            ("sqlite:parlance.db?mode=ro", None),
            ("postgres://u:p@h/d", None),
        ] {
            assert_eq!(file(url).as_deref(), expected.map(Path::new), "{url}");
        }
    }
}

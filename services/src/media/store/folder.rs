//! What a folder needs besides files.

use domain::time::{DAY, Millis};
use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

/// Nobody takes longer over a file.
const OLD: Millis = DAY;

/// Removes what was being written (`name#1`) and has not been touched for a day; returns how many.
pub(super) fn sweep(folder: &Path, now: Millis) -> io::Result<u64> {
    let before = UNIX_EPOCH + Duration::from_millis(u64::try_from(now - OLD).unwrap_or(0));
    let (mut open, mut removed) = (vec![fs::read_dir(folder)?], 0);
    while let Some(listed) = open.pop() {
        for entry in listed {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                // What we may not look into (`lost+found`) is not ours.
                open.extend(fs::read_dir(entry.path()));
            } else if kind.is_file() && is_staged(&entry.file_name().to_string_lossy()) {
                // Another process may have finished it meanwhile.
                let old = entry.metadata().and_then(|about| about.modified()).is_ok_and(|touched| touched < before);
                match old.then(|| fs::remove_file(entry.path())) {
                    Some(Ok(())) => removed += 1,
                    Some(Err(error)) if error.kind() != ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
    }
    Ok(removed)
}

/// As `object_store` calls what it has not finished.
fn is_staged(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, nth)| !nth.is_empty() && nth.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn what_broke_off_goes_once_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("ws/ab");
        fs::create_dir_all(&deep).unwrap();
        let files = ["one#1", "two#23", "three", "four#x", "five#"];
        for name in files {
            fs::write(deep.join(name), name).unwrap();
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as Millis;
        assert_eq!(sweep(folder.path(), now).unwrap(), 0, "somebody may be writing it");
        assert_eq!(sweep(folder.path(), now + OLD + 60_000).unwrap(), 2);
        let mut left: Vec<_> = fs::read_dir(&deep).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["five#", "four#x", "three"]);
        assert!(sweep(&folder.path().join("nowhere"), now).is_err());
    }
}

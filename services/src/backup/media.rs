//! The local folder of media: content files, written once and never changed.

use super::{Trouble, trouble::at};
use std::{
    fs::{self, ReadDir},
    path::{Component, Path, PathBuf},
};

/// Goes through a folder without holding its list in memory. What is being written still (`name#1`) is left out, as are
/// links.
pub(super) struct Walk {
    root: PathBuf,
    open: Vec<ReadDir>,
    /// The folder that is to be opened next.
    next: Option<PathBuf>,
}

impl Walk {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), open: Vec::new(), next: Some(root.to_path_buf()) }
    }

    fn step(&mut self) -> Result<Option<(PathBuf, String)>, Trouble> {
        loop {
            if let Some(folder) = self.next.take() {
                match fs::read_dir(&folder) {
                    Ok(listed) => self.open.push(listed),
                    // Removed meanwhile.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(at(&folder)(error)),
                }
            }
            let Some(listed) = self.open.last_mut() else { return Ok(None) };
            let Some(entry) = listed.next() else {
                self.open.pop();
                continue;
            };
            let entry = entry.map_err(at(&self.root))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(at(&entry.path()))?);
            if kind.is_dir() {
                self.next = Some(path);
            } else if kind.is_file()
                && let Some(name) = self.name(&path)
            {
                return Ok(Some((path, name)));
            }
        }
    }

    /// Below the folder, with `/`.
    fn name(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.root).ok()?;
        let steps: Option<Vec<&str>> = below.components().map(|step| step.as_os_str().to_str()).collect();
        let name = steps?.join("/");
        let whole = !name.contains('#') && !name.split('/').any(|step| step.starts_with('.'));
        whole.then_some(name)
    }
}

impl Iterator for Walk {
    type Item = Result<(PathBuf, String), Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Where a file of the archive goes; `None` for a name that leads out of the folder.
pub(super) fn place(folder: &Path, name: &str) -> Option<PathBuf> {
    let below = Path::new(name);
    let plain = below.components().all(|step| matches!(step, Component::Normal(_)));
    (plain && !name.is_empty()).then(|| folder.join(below))
}

/// Whether nothing would be lost if a folder took this one's place.
pub(super) fn is_free(folder: &Path) -> Result<bool, Trouble> {
    match fs::read_dir(folder) {
        Ok(mut listed) => Ok(listed.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(at(folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let folder = Path::new("/m");
        assert_eq!(place(folder, "ab/cd"), Some(PathBuf::from("/m/ab/cd")));
        for bad in ["", "../x", "/etc/passwd", "a/../../x"] {
            assert_eq!(place(folder, bad), None, "{bad}");
        }
    }

    #[test]
    fn all_that_is_whole_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["a/b/one", "a/two", "three", "a/four#1", ".hidden"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let mut found: Vec<String> = Walk::new(folder.path()).map(|found| found.unwrap().1).collect();
        found.sort();
        assert_eq!(found, ["a/b/one", "a/two", "three"]);
        assert_eq!(Walk::new(&folder.path().join("nowhere")).count(), 0);
        assert!(is_free(&folder.path().join("nowhere")).unwrap() && !is_free(folder.path()).unwrap());
    }
}

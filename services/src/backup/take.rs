use super::{
    Manifest, Trouble,
    archive::{Archive, Order, Sink},
    listing,
    manifest::{FORMAT, FORMAT_WITHOUT_LIST},
    postgres, sqlite,
    trouble::at,
};
use crate::{clock::new_id, db::Db, media::Store, vault};
use domain::time::{Millis, SECOND};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Where the files are that messages hold.
#[derive(Clone, Copy, Debug)]
pub enum Files<'a> {
    /// They go into the backup; the folder may be missing.
    Folder(&'a Path),
    /// They stay, and the backup lists them.
    Bucket(&'a Store),
}

/// Writes everything that the database holds, and the folder of media if there is one, into a new file, while others
/// read and write. It stands as `FILE.partial` until it is whole and on the disk; nothing is overwritten. Only its
/// owner may read it. The master key is not in it. Returns what is in it, and its bytes.
///
/// On SQLite the folder of the file must have room for a copy of the database as well.
///
/// # Errors
/// [`Trouble`]; then no file is left behind.
pub async fn take(db: &Db, file: &Path, media: Files<'_>, now: Millis) -> Result<(Manifest, u64), Trouble> {
    if file.exists() {
        return Err(Trouble::Exists(file.to_path_buf()));
    }
    let partial = Unfinished::new(file)?;
    let archive = Archive::start(Sink::File(partial.open()?), &partial.path, seconds(now));
    let made = fill(db, archive, &partial.copies, media, now).await?;
    partial.keep(file)?;
    Ok(made)
}

/// The same into a stream, such as a pipe to another machine. A reader must not take what ends early for whole: `restore` knows it
/// by its end. On SQLite `room` must have room for a copy of the database.
///
/// # Errors
/// [`Trouble`]; what was written is no backup then.
pub async fn take_to(
    db: &Db,
    stream: Box<dyn Write + Send>,
    room: &Path,
    media: Files<'_>,
    now: Millis,
) -> Result<(Manifest, u64), Trouble> {
    let archive = Archive::start(Sink::Stream(stream), Path::new("standard output"), seconds(now));
    let copies = Copies(room.join(format!(".backup-{}", new_id().simple())));
    fill(db, archive, &copies.0, media, now).await
}

/// A folder that goes again.
struct Copies(PathBuf);

impl Drop for Copies {
    fn drop(&mut self) {
        // Where it was not made there is nothing to remove.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn seconds(now: Millis) -> u64 {
    u64::try_from(now / SECOND).unwrap_or(0)
}

async fn fill(
    db: &Db,
    mut archive: Archive,
    copies: &Path,
    media: Files<'_>,
    now: Millis,
) -> Result<(Manifest, u64), Trouble> {
    let keys = vault::keys_in_use(db).await;
    let bucket = match media {
        Files::Bucket(store) => Some(store.place().to_string()),
        Files::Folder(_) => None,
    };
    let mut manifest = Manifest {
        format: if bucket.is_some() { FORMAT } else { FORMAT_WITHOUT_LIST },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: db.kind(),
        made_at: now,
        migrations: Vec::new(),
        journal_migrations: Vec::new(),
        keys,
        sequences: BTreeMap::new(),
        bucket,
        parts: Vec::new(),
    };
    match db {
        Db::Sqlite(files) => sqlite::copy(files, copies, &mut archive, &mut manifest).await?,
        Db::Postgres(pool) => postgres::copy(pool, &mut archive, &mut manifest).await?,
    }
    match media {
        Files::Folder(folder) => archive.put(Order::Media(folder.to_path_buf())).await?,
        Files::Bucket(store) => listing::put(store, &mut archive).await?,
    }
    archive.finish(manifest).await
}

/// What is removed again unless it was finished.
struct Unfinished {
    path: PathBuf,
    /// A folder for copies of the database's files.
    copies: PathBuf,
}

impl Unfinished {
    fn new(file: &Path) -> Result<Self, Trouble> {
        let beside = |ending: &str| {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let (path, copies) = (beside(".partial"), beside(".copies"));
        for one in [&path, &copies] {
            if one.exists() {
                return Err(Trouble::Unfinished(one.clone()));
            }
        }
        // From here on whatever is there is ours.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Trouble::Unfinished(path.clone()),
            _ => at(&path)(error),
        })?;
        Ok(Self { path, copies })
    }

    fn open(&self) -> Result<File, Trouble> {
        OpenOptions::new().write(true).open(&self.path).map_err(at(&self.path))
    }

    /// Its content is on the disk; the name follows.
    fn keep(self, file: &Path) -> Result<(), Trouble> {
        // Not `rename`, which would overwrite what came meanwhile.
        fs::hard_link(&self.path, file).or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Err(Trouble::Exists(file.to_path_buf())),
            // A file system without links.
            _ => fs::rename(&self.path, file).map_err(at(file)),
        })?;
        sync_folder(file);
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Whatever is left: they are said to be unfinished, by their names.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_dir_all(&self.copies);
    }
}

/// Makes the name of a file last. A system that cannot do so does it by itself.
pub(super) fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// A folder that only its owner may look into.
pub(super) fn private_folder(path: &Path) -> Result<(), Trouble> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))
}

/// A new file that only its owner may read.
pub(super) fn private_file(path: &Path) -> Result<File, Trouble> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at(path))
}

//! Reads the archive, on a thread of its own.

use super::{
    DATABASE, JOURNAL, LISTING, MANIFEST, MEDIA, Manifest, PIECE, TABLES, Trouble,
    archive::{Hashed, line},
    listing,
    manifest::{FORMAT, media, part_of},
    media::place,
    take::{private_file, private_folder, sync_folder},
    trouble::at,
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read, Seek},
    path::{Path, PathBuf},
};
use tokio::sync::mpsc;

/// What every zstd frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A manifest has some kibibytes; nobody is to make us read gibibytes into memory.
const MANIFEST_LIMIT: u64 = 16 << 20;

/// A piece of a table.
pub(super) struct Piece {
    pub part: String,
    pub data: Vec<u8>,
}

/// Reads all of it and compares it with what it says of itself.
///
/// # Errors
/// `NotOurs`, `Newer`, `Damaged`.
pub(super) async fn verify(path: &Path) -> Result<(File, Manifest), Trouble> {
    let path = path.to_path_buf();
    let verified = tokio::task::spawn_blocking(move || {
        let file = File::open(&path).map_err(at(&path))?;
        let manifest = manifest_of(&file, &path)?;
        Ok((file, manifest))
    });
    verified.await.map_err(|_| Trouble::Interrupted)?
}

fn manifest_of(mut file: &File, path: &Path) -> Result<Manifest, Trouble> {
    let mut magic = [0; 4];
    match file.read_exact(&mut magic) {
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(at(path)(error)),
        _ if magic != MAGIC => return Err(Trouble::NotOurs(path.to_path_buf())),
        _ => {}
    }
    let (mut parts, mut said): (Vec<Found>, Option<Vec<u8>>) = (Vec::new(), None);
    each(file, |name, content| {
        if said.is_some() {
            return Err(damaged("something follows its end"));
        }
        if name == MANIFEST {
            let mut text = Vec::new();
            content.take(MANIFEST_LIMIT).read_to_end(&mut text).map_err(broken)?;
            said = Some(text);
            return Ok(());
        }
        let part = part_of(name);
        if parts.last().is_none_or(|last| last.name != part) {
            parts.push(Found { name: part.to_owned(), ..Found::default() });
        }
        match parts.last_mut() {
            Some(last) => last.read(name, content),
            None => Ok(()),
        }
    })?;
    let said = said.ok_or_else(|| damaged("it has no end"))?;
    // Read by its number first: what a newer version writes may look otherwise.
    let outer: Outer = serde_json::from_slice(&said).map_err(|_| damaged("its manifest cannot be read"))?;
    if outer.format > FORMAT {
        return Err(Trouble::Newer(outer.version));
    }
    let manifest: Manifest = serde_json::from_slice(&said).map_err(|_| damaged("its manifest cannot be read"))?;
    let found: Vec<(String, u64, String)> = parts.into_iter().map(Found::finish).collect();
    for (part, (name, bytes, sha256)) in manifest.parts.iter().zip(&found) {
        if (&part.name, part.bytes, &part.sha256) != (name, *bytes, sha256) {
            return Err(damaged(&format!("{} is not what was written", part.name)));
        }
    }
    if manifest.parts.len() != found.len() {
        return Err(damaged("parts are missing"));
    }
    Ok(manifest)
}

#[derive(serde::Deserialize)]
struct Outer {
    format: u32,
    version: String,
}

/// A part as it is read.
#[derive(Default)]
struct Found {
    name: String,
    bytes: u64,
    sha: Sha256,
}

impl Found {
    fn read(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble> {
        let mut content = Hashed { inner: content, sha: Sha256::new(), bytes: 0 };
        if self.name == media() {
            io::copy(&mut content, &mut io::sink()).map_err(broken)?;
            self.sha.update(line(&hex::encode(content.sha.finalize()), name));
        } else {
            content.sha = std::mem::take(&mut self.sha);
            io::copy(&mut content, &mut io::sink()).map_err(broken)?;
            self.sha = content.sha;
        }
        self.bytes += content.bytes;
        Ok(())
    }

    fn finish(self) -> (String, u64, String) {
        (self.name, self.bytes, hex::encode(self.sha.finalize()))
    }
}

/// Where things go when they are taken out.
pub(super) struct Places {
    /// The two files of a SQLite database.
    pub database: Option<(PathBuf, PathBuf)>,
    /// An empty folder, where there are media.
    pub media: Option<PathBuf>,
}

/// Writes files to their places and sends pieces of tables. The archive was verified before.
pub(super) fn unpack(
    file: &File,
    places: &Places,
    pieces: &mpsc::Sender<Result<Piece, Trouble>>,
) -> Result<(), Trouble> {
    each(file, |name, content| match (name, &places.database) {
        (MANIFEST, _) => Ok(()),
        // Looked through when the rest is in its place.
        _ if name.starts_with(LISTING) => Ok(()),
        (DATABASE, Some((database, _))) => write(database, content),
        (JOURNAL, Some((_, journal))) => write(journal, content),
        _ if name.starts_with(TABLES) && places.database.is_none() => send(part_of(name), content, pieces),
        _ => {
            let below = name.strip_prefix(MEDIA).zip(places.media.as_deref());
            let path = below.and_then(|(below, folder)| place(folder, below));
            let path = path.ok_or_else(|| damaged(&format!("{name} does not belong there")))?;
            if let Some(folder) = path.parent() {
                private_folder(folder)?;
            }
            write(&path, content)
        }
    })
}

/// Sends names and sizes of what the archive lists. It was verified before.
pub(super) fn listing(file: &File, lines: &mpsc::Sender<Result<Vec<(String, u64)>, Trouble>>) -> Result<(), Trouble> {
    let mut rest = Vec::new();
    each(file, |name, content| {
        if !name.starts_with(LISTING) {
            return Ok(());
        }
        let mut piece = Vec::new();
        content.take(2 * PIECE as u64).read_to_end(&mut piece).map_err(broken)?;
        let listed = listing::lines(&mut rest, &piece).ok_or_else(|| damaged("its list of files cannot be read"))?;
        lines.blocking_send(Ok(listed)).map_err(|_| Trouble::Interrupted)
    })
}

fn send(part: &str, content: &mut dyn Read, pieces: &mpsc::Sender<Result<Piece, Trouble>>) -> Result<(), Trouble> {
    loop {
        let mut data = Vec::new();
        content.take(PIECE as u64).read_to_end(&mut data).map_err(broken)?;
        if data.is_empty() {
            return Ok(());
        }
        let piece = Piece { part: part.to_owned(), data };
        pieces.blocking_send(Ok(piece)).map_err(|_| Trouble::Interrupted)?;
    }
}

fn write(path: &Path, content: &mut dyn Read) -> Result<(), Trouble> {
    let mut file = private_file(path)?;
    io::copy(content, &mut file).map_err(at(path))?;
    file.sync_all().map_err(at(path))?;
    sync_folder(path);
    Ok(())
}

/// Visits every file of the archive, and reads on to its end, where the checksum stands.
fn each(mut file: &File, mut visit: impl FnMut(&str, &mut dyn Read) -> Result<(), Trouble>) -> Result<(), Trouble> {
    file.rewind().map_err(broken)?;
    let decoder = zstd::Decoder::new(BufReader::with_capacity(PIECE, file)).map_err(broken)?;
    let mut archive = tar::Archive::new(decoder);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| damaged("a name is not UTF-8"))?;
        visit(&name, &mut entry)?;
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    Ok(())
}

fn damaged(why: &str) -> Trouble {
    Trouble::Damaged(why.to_owned())
}

fn broken(error: io::Error) -> Trouble {
    Trouble::Damaged(error.to_string())
}

//! Writes the archive, on a thread of its own: hashing and compressing would hold up everybody else's tasks.

use super::{
    MANIFEST, MEDIA, PIECE, TABLES, Trouble,
    manifest::{Manifest, Part, listing, media},
    media::Walk,
    trouble::at,
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};
use tar::{Builder, EntryType, Header};
use tokio::{sync::mpsc, task::JoinHandle};

/// zstd's own default: twice as dense as what is faster, and five times as fast as what is denser.
const LEVEL: i32 = 3;

/// What goes into the archive next.
pub(super) enum Order {
    /// A file, as one part.
    File { name: &'static str, path: PathBuf, counts: BTreeMap<String, u64> },
    /// A table begins.
    Table { name: String, columns: Vec<String> },
    /// A piece of it.
    Piece(Vec<u8>),
    /// It has so many rows.
    Rows(u64),
    /// A folder of media.
    Media(PathBuf),
    /// The list of what lies in a bucket begins.
    Listing,
    /// It counts so much.
    Counts(BTreeMap<String, u64>),
    /// The end; the thread fills in the parts.
    Finish(Box<Manifest>),
}

/// Where an archive goes.
pub(super) enum Sink {
    File(File),
    /// A pipe, for example.
    Stream(Box<dyn Write + Send>),
}

impl Sink {
    /// Returns when it is there to stay, as far as that can be known.
    fn settle(self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync_all(),
            Self::Stream(mut stream) => stream.flush(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(stream) => stream.flush(),
        }
    }
}

/// The writing thread, as whoever feeds it sees it.
pub(super) struct Archive {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<Result<(Manifest, u64), Trouble>>,
}

impl Archive {
    /// Begins an archive; `path` names it where something goes wrong.
    pub fn start(sink: Sink, path: &Path, mtime: u64) -> Self {
        let (orders, given) = mpsc::channel(2);
        let path = path.to_path_buf();
        let thread = tokio::task::spawn_blocking(move || Out::new(sink, path, mtime)?.write(given));
        Self { orders, thread }
    }

    /// # Errors
    /// What has gone wrong on the thread.
    pub async fn put(&mut self, order: Order) -> Result<(), Trouble> {
        match self.orders.send(order).await {
            Ok(()) => Ok(()),
            Err(_) => match (&mut self.thread).await {
                Ok(Err(trouble)) => Err(trouble),
                _ => Err(Trouble::Interrupted),
            },
        }
    }

    /// Returns when all of it is on the disk, with its bytes.
    ///
    /// # Errors
    /// When it is not.
    pub async fn finish(mut self, manifest: Manifest) -> Result<(Manifest, u64), Trouble> {
        self.put(Order::Finish(Box::new(manifest))).await?;
        self.thread.await.map_err(|_| Trouble::Interrupted)?
    }
}

struct Out {
    tar: Builder<zstd::Encoder<'static, Counted<BufWriter<Sink>>>>,
    path: PathBuf,
    mtime: u64,
    parts: Vec<Part>,
    /// Of the part at hand: its digest, and which piece is next.
    sha: Sha256,
    nth: u32,
}

impl Out {
    fn new(sink: Sink, path: PathBuf, mtime: u64) -> Result<Self, Trouble> {
        let start = || {
            let counted = Counted { inner: BufWriter::with_capacity(PIECE, sink), bytes: 0 };
            let mut encoder = zstd::Encoder::new(counted, LEVEL)?;
            encoder.include_checksum(true)?;
            Ok(encoder)
        };
        let encoder = start().map_err(at(&path))?;
        Ok(Self { tar: Builder::new(encoder), path, mtime, parts: Vec::new(), sha: Sha256::new(), nth: 0 })
    }

    fn write(mut self, mut orders: mpsc::Receiver<Order>) -> Result<(Manifest, u64), Trouble> {
        while let Some(order) = orders.blocking_recv() {
            match order {
                Order::File { name, path, counts } => self.file(name, &path, counts)?,
                Order::Table { name, columns } => self.begin(format!("{TABLES}{name}"), columns),
                Order::Listing => self.begin(listing().to_owned(), Vec::new()),
                Order::Piece(data) => self.piece(&data)?,
                Order::Rows(rows) => {
                    let table = self.parts.last().and_then(|part| part.name.strip_prefix(TABLES)).unwrap_or_default();
                    self.end(BTreeMap::from([(table.to_owned(), rows)]))?;
                }
                Order::Counts(counts) => self.end(counts)?,
                Order::Media(folder) => self.media(&folder)?,
                Order::Finish(manifest) => return self.finish(*manifest),
            }
        }
        Err(Trouble::Interrupted)
    }

    fn file(&mut self, name: &str, path: &Path, counts: BTreeMap<String, u64>) -> Result<(), Trouble> {
        let (bytes, sha256) = self.entry_of(name, path)?;
        self.parts.push(Part { name: name.to_owned(), bytes, sha256, counts, ..Part::default() });
        Ok(())
    }

    fn begin(&mut self, name: String, columns: Vec<String>) {
        (self.sha, self.nth) = (Sha256::new(), 0);
        self.parts.push(Part { name, columns, ..Part::default() });
    }

    fn piece(&mut self, data: &[u8]) -> Result<(), Trouble> {
        let Some(part) = self.parts.last_mut() else { return Ok(()) };
        let name = format!("{}/{:08}", part.name, self.nth);
        part.bytes += data.len() as u64;
        self.nth += 1;
        self.sha.update(data);
        self.entry(&name, data.len() as u64, data)
    }

    /// Also a table without rows is there.
    fn end(&mut self, counts: BTreeMap<String, u64>) -> Result<(), Trouble> {
        if self.nth == 0 {
            self.piece(&[])?;
        }
        let sha256 = hex::encode(std::mem::take(&mut self.sha).finalize());
        if let Some(part) = self.parts.last_mut() {
            part.sha256 = sha256;
            part.counts = counts;
        }
        Ok(())
    }

    fn media(&mut self, folder: &Path) -> Result<(), Trouble> {
        let mut part = Part { name: media().to_owned(), ..Part::default() };
        let (mut all, mut files) = (Sha256::new(), 0);
        for found in Walk::new(folder) {
            let (path, name) = found?;
            let name = format!("{MEDIA}{name}");
            let (bytes, sha256) = match self.entry_of(&name, &path) {
                Ok(entry) => entry,
                // Removed since it was listed.
                Err(Trouble::Io { error, .. }) if error.kind() == ErrorKind::NotFound => continue,
                Err(trouble) => return Err(trouble),
            };
            all.update(line(&sha256, &name));
            part.bytes += bytes;
            files += 1;
        }
        if files > 0 {
            part.sha256 = hex::encode(all.finalize());
            part.counts.insert("files".to_owned(), files);
            self.parts.push(part);
        }
        Ok(())
    }

    fn finish(mut self, mut manifest: Manifest) -> Result<(Manifest, u64), Trouble> {
        manifest.parts = std::mem::take(&mut self.parts);
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| crate::Error::Internal(e.to_string()))?;
        self.entry(MANIFEST, text.len() as u64, &text[..])?;
        let Self { tar, path, .. } = self;
        let on_disk = || {
            let Counted { inner, bytes } = tar.into_inner()?.finish()?;
            inner.into_inner().map_err(io::IntoInnerError::into_error)?.settle()?;
            Ok(bytes)
        };
        let bytes = on_disk().map_err(at(&path))?;
        Ok((manifest, bytes))
    }

    /// A file as it is; how long it is, and its digest.
    fn entry_of(&mut self, name: &str, path: &Path) -> Result<(u64, String), Trouble> {
        let file = File::open(path).map_err(at(path))?;
        let size = file.metadata().map_err(at(path))?.len();
        let mut content = Hashed { inner: file.take(size), sha: Sha256::new(), bytes: 0 };
        self.entry(name, size, &mut content)?;
        if content.bytes != size {
            let error = std::io::Error::other("the file became shorter while it was read");
            return Err(at(path)(error));
        }
        Ok((size, hex::encode(content.sha.finalize())))
    }

    fn entry(&mut self, name: &str, size: u64, content: impl Read) -> Result<(), Trouble> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(self.mtime);
        header.set_size(size);
        self.tar.append_data(&mut header, name, content).map_err(at(&self.path))
    }
}

/// One file of media in the digest of all, as `sha256sum` prints it.
pub(super) fn line(sha256: &str, name: &str) -> String {
    format!("{sha256}  {name}\n")
}

/// Writes, and adds up what was written.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Reads, and adds up what was read.
pub(super) struct Hashed<R> {
    pub inner: R,
    pub sha: Sha256,
    pub bytes: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        self.sha.update(&into[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

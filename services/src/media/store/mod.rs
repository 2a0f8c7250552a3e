//! Where the bytes of files are kept.

mod bucket;
mod folder;

pub use bucket::Bucket;

use bytes::Bytes;
use domain::{
    id::{MediaId, WorkspaceId},
    time::Millis,
};
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, local::LocalFileSystem,
    memory::InMemory, path::Path,
};
use std::{fmt, ops::Range, path::PathBuf, sync::Arc};
use uuid::Uuid;

/// Pieces of a file that are on their way at once.
const AT_ONCE: usize = 4;
/// Bytes of a piece; S3 takes none that are smaller, but for the last.
const PIECE: usize = 5 * 1_024 * 1_024;
/// What `doctor` writes, reads and removes.
const PROBE: &str = "parlance-probe";

/// Where the bytes of files are kept: a folder, a bucket, or in tests memory. A file is written once and never changed. All of them
/// give a file the same name, so that a folder can be copied into a bucket.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    place: Place,
}

/// Which place that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Memory,
    Folder(PathBuf),
    /// `s3://name/prefix`
    Bucket(String),
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the store of files: {text}")]
pub struct StoreError {
    text: String,
    why: Why,
}

/// As what the store says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// We may not.
    Denied,
    /// Such an object, or such a bucket, is not there.
    Missing,
    Other,
}

impl StoreError {
    pub(crate) fn why(&self) -> Why {
        self.why
    }
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        use object_store::Error as E;
        let why = match &error {
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => Why::Denied,
            E::NotFound { .. } => Why::Missing,
            _ => Why::Other,
        };
        Self { text: error.to_string(), why }
    }
}

impl From<StoreError> for crate::Error {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket(name) => f.write_str(name),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.place)
    }
}

impl Default for Store {
    /// In memory: for tests.
    fn default() -> Self {
        Self { objects: Arc::new(InMemory::new()), place: Place::Memory }
    }
}

/// Which of a file's two objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Whole,
    Thumbnail,
}

/// The place of a file in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub workspace: WorkspaceId,
    pub media: MediaId,
}

const THUMBNAIL: &str = ".thumbnail";

impl Key {
    fn path(self, object: Object) -> Path {
        let name = self.media.to_string();
        // Two letters of the random end: no folder holds more than its share.
        let folder = name.get(name.len().saturating_sub(2)..).unwrap_or_default().to_owned();
        let ending = if object == Object::Thumbnail { THUMBNAIL } else { "" };
        Path::from(format!("{}/{folder}/{name}{ending}", self.workspace))
    }
}

/// Whether a name is one that [`Key`] makes: a bucket may hold what is somebody else's.
fn is_ours(name: &str) -> bool {
    let mut steps = name.split('/');
    let [Some(workspace), Some(folder), Some(file), None] = [steps.next(), steps.next(), steps.next(), steps.next()]
    else {
        return false;
    };
    let file = file.strip_suffix(THUMBNAIL).unwrap_or(file);
    Uuid::try_parse(workspace).is_ok() && Uuid::try_parse(file).is_ok() && folder.len() == 2 && file.ends_with(folder)
}

impl Store {
    /// A folder, which must be there.
    ///
    /// # Errors
    /// When it is none.
    pub fn folder(path: &std::path::Path) -> Result<Self, StoreError> {
        let local = LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(false).with_fsync(true);
        Ok(Self { objects: Arc::new(local), place: Place::Folder(path.to_path_buf()) })
    }

    /// A bucket; whether it is there is found out with its first use.
    ///
    /// # Errors
    /// When no client for it can be made.
    pub fn bucket(bucket: &Bucket) -> Result<Self, StoreError> {
        Ok(Self { objects: bucket.open()?, place: Place::Bucket(bucket.to_string()) })
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Writes a file as it comes; what breaks off leaves nothing.
    pub(super) async fn write<E>(
        &self,
        key: Key,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), Writing<E>> {
        let path = key.path(Object::Whole);
        // What fits into one piece is written as one: a bucket asks three times for the rest.
        let (mut begun, mut length) = (Vec::new(), 0);
        while length < PIECE {
            match bytes.next().await {
                Some(piece) => {
                    let piece = piece.map_err(Writing::Source)?;
                    length += piece.len();
                    begun.push(piece);
                }
                None => {
                    let whole: PutPayload = begun.into_iter().collect();
                    return self.objects.put(&path, whole).await.map(|_| ()).map_err(Writing::store);
                }
            }
        }
        let upload = self.objects.put_multipart(&path).await.map_err(Writing::store)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE);
        let mut all = futures::stream::iter(begun.into_iter().map(Ok)).chain(bytes);
        while let Some(piece) = all.next().await {
            let written = match piece {
                Ok(piece) => {
                    upload.put(piece);
                    upload.wait_for_capacity(AT_ONCE).await.map_err(Writing::store)
                }
                Err(error) => Err(Writing::Source(error)),
            };
            if let Err(error) = written {
                drop(upload.abort().await);
                return Err(error);
            }
        }
        upload.finish().await.map_err(Writing::store)?;
        Ok(())
    }

    pub(super) async fn write_thumbnail(&self, key: Key, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.objects.put(&key.path(Object::Thumbnail), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// A whole file in memory: for those of which the size is known to be small.
    pub(super) async fn read(&self, key: Key) -> Result<Bytes, StoreError> {
        Ok(self.objects.get(&key.path(Object::Whole)).await?.bytes().await?)
    }

    /// The bytes of a file, or of a part of it, as they are taken. `None` when it is not there.
    pub(super) async fn stream(
        &self,
        key: Key,
        object: Object,
        range: Option<Range<u64>>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, StoreError>>>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.objects.get_opts(&key.path(object), options).await {
            Ok(found) => Ok(Some(found.into_stream().map(|piece| piece.map_err(StoreError::from)).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file and its thumbnail; what is not there is removed.
    pub(super) async fn remove(&self, key: Key) -> Result<(), StoreError> {
        for object in [Object::Whole, Object::Thumbnail] {
            self.remove_at(&key.path(object)).await?;
        }
        Ok(())
    }

    async fn remove_at(&self, path: &Path) -> Result<(), StoreError> {
        match self.objects.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what was being written when a process ended: in a folder, what nobody has touched for a day. Returns how many.
    ///
    /// A bucket keeps the pieces of an upload that broke off to itself; a rule of the bucket removes them (docs/OPERATIONS.md).
    pub(super) async fn sweep(&self, now: Millis) -> std::io::Result<u64> {
        let Place::Folder(folder) = &self.place else { return Ok(0) };
        let folder = folder.clone();
        let swept = tokio::task::spawn_blocking(move || folder::sweep(&folder, now));
        swept.await.map_err(std::io::Error::other)?
    }

    /// Names and sizes of all files and thumbnails, as a bucket lists them: by their names.
    pub(crate) fn list(&self) -> BoxStream<'static, Result<(String, u64), StoreError>> {
        let all = self.objects.list(None).map_err(StoreError::from);
        let named = all.map_ok(|object| (object.location.to_string(), object.size));
        named.try_filter(|(name, _)| std::future::ready(is_ours(name))).boxed()
    }

    /// How large a listed file is; `None` when it is not there.
    pub(crate) async fn size_of(&self, name: &str) -> Result<Option<u64>, StoreError> {
        match self.objects.head(&Path::from(name)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes, reads and removes something small, as whoever looks after an installation wants to know.
    ///
    /// # Errors
    /// As what it cannot be had (`written`, `read`, `removed`), and why.
    pub(crate) async fn probe(&self) -> Result<(), (&'static str, StoreError)> {
        let path = Path::from(format!("{PROBE}-{}", crate::clock::new_id().simple()));
        let said = Bytes::from_static(PROBE.as_bytes());
        self.objects.put(&path, said.clone().into()).await.map_err(|error| ("written", error.into()))?;
        let read = async { self.objects.get(&path).await?.bytes().await };
        let read = read.await.map_err(|error| ("read", error.into()));
        // It goes also when it cannot be read.
        self.remove_at(&path).await.map_err(|error| ("removed", error))?;
        match read? {
            same if same == said => Ok(()),
            _ => Err(("read", StoreError { text: "what was written came back changed".to_owned(), why: Why::Other })),
        }
    }
}

/// Why a file was not written.
#[derive(Debug)]
pub(super) enum Writing<E> {
    Store(StoreError),
    /// Where the bytes come from.
    Source(E),
}

impl<E> Writing<E> {
    fn store(error: object_store::Error) -> Self {
        Self::Store(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_told_from_other_objects() {
        let id = crate::clock::new_id();
        let key = Key { workspace: WorkspaceId(crate::clock::new_id()), media: MediaId(id) };
        for object in [Object::Whole, Object::Thumbnail] {
            assert!(is_ours(key.path(object).as_ref()));
        }
        for other in ["", "report.pdf", "a/b/c", "logs/2026/11/22", &format!("{id}/zz/{id}"), &format!("{id}/{id}")] {
            assert!(!is_ours(other), "{other}");
        }
    }
}

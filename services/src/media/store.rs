use bytes::Bytes;
use domain::id::{MediaId, WorkspaceId};
use futures::{Stream, StreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, local::LocalFileSystem,
    memory::InMemory, path::Path,
};
use std::{fmt, ops::Range, sync::Arc};

/// Pieces of a file that are on their way at once.
const AT_ONCE: usize = 4;

/// Where the bytes of files are kept: a folder, or in tests memory. A file is written once and never changed.
#[derive(Clone)]
pub struct Store(Arc<dyn ObjectStore>);

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the store of files: {0}")]
pub struct StoreError(String);

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for crate::Error {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.0)
    }
}

impl Default for Store {
    /// In memory: for tests.
    fn default() -> Self {
        Self(Arc::new(InMemory::new()))
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

impl Key {
    fn path(self, object: Object) -> Path {
        let name = self.media.to_string();
        // Two letters of the random end: no folder holds more than its share.
        let folder = name.get(name.len().saturating_sub(2)..).unwrap_or_default().to_owned();
        let ending = if object == Object::Thumbnail { ".thumbnail" } else { "" };
        Path::from(format!("{}/{folder}/{name}{ending}", self.workspace))
    }
}

impl Store {
    /// A folder, which must be there.
    ///
    /// # Errors
    /// When it is none.
    pub fn folder(path: &std::path::Path) -> Result<Self, StoreError> {
        let local = LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(false).with_fsync(true);
        Ok(Self(Arc::new(local)))
    }

    /// Writes a file as it comes; what breaks off leaves nothing.
    pub(super) async fn write<E>(
        &self,
        key: Key,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), Writing<E>> {
        let path = key.path(Object::Whole);
        let mut upload = WriteMultipart::new(self.0.put_multipart(&path).await.map_err(Writing::store)?);
        while let Some(piece) = bytes.next().await {
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
        self.0.put(&key.path(Object::Thumbnail), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// A whole file in memory: for those of which the size is known to be small.
    pub(super) async fn read(&self, key: Key) -> Result<Bytes, StoreError> {
        Ok(self.0.get(&key.path(Object::Whole)).await?.bytes().await?)
    }

    /// The bytes of a file, or of a part of it, as they are taken. `None` when it is not there.
    pub(super) async fn stream(
        &self,
        key: Key,
        object: Object,
        range: Option<Range<u64>>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, StoreError>>>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.0.get_opts(&key.path(object), options).await {
            Ok(found) => Ok(Some(found.into_stream().map(|piece| piece.map_err(StoreError::from)).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file and its thumbnail; what is not there is removed.
    pub(super) async fn remove(&self, key: Key) -> Result<(), StoreError> {
        for object in [Object::Whole, Object::Thumbnail] {
            match self.0.delete(&key.path(object)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
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

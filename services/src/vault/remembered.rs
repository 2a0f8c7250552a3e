use super::{DataKey, KeyId, KeyProvider, KeyTrouble};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::time::Instant;

/// How long a data key of a service elsewhere stays in memory, and how long one is used for new secrets: shorter asks the
/// service more often, longer keeps a key at hand after it was disabled there.
const KEPT: Duration = Duration::from_secs(5 * 60);
/// Beyond so many the oldest go.
const MOST: usize = 256;

/// The data key that new secrets are sealed with where wrapping one asks a service elsewhere: sealing happens inside
/// transactions, and nothing on the network may.
pub(super) struct Drawn(RwLock<Arc<Pair>>);

/// A data key and what its master key made of it.
pub(super) struct Pair {
    pub key: DataKey,
    pub wrapped: Vec<u8>,
    since: Instant,
}

impl Pair {
    pub async fn draw(provider: &dyn KeyProvider) -> Result<Self, KeyTrouble> {
        let key = DataKey::generate();
        let wrapped = provider.wrap_key(&key).await?;
        Ok(Self { key, wrapped, since: Instant::now() })
    }
}

impl Drawn {
    pub fn new(pair: Pair) -> Self {
        Self(RwLock::new(Arc::new(pair)))
    }

    pub fn current(&self) -> Arc<Pair> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Draws another when this one has served its time. A service that does not answer leaves it in use.
    pub async fn renew(&self, provider: &dyn KeyProvider) -> Result<(), KeyTrouble> {
        if self.current().since.elapsed() < KEPT {
            return Ok(());
        }
        let pair = Arc::new(Pair::draw(provider).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
        Ok(())
    }
}

/// Data keys that a service elsewhere has unwrapped lately.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<[u8; 32], (Instant, DataKey)>>);

impl Remembered {
    /// Unwraps, asking a service elsewhere only for what is not remembered.
    pub async fn unwrap(&self, provider: &dyn KeyProvider, wrapped: &[u8]) -> Result<DataKey, KeyTrouble> {
        if let Some(key) = provider.local() {
            return key.unwrap(wrapped);
        }
        let name = name(provider.id(), wrapped);
        if let Some(key) = self.get(&name) {
            return Ok(key);
        }
        let key = provider.unwrap_key(wrapped).await?;
        self.put(name, key.clone());
        Ok(key)
    }

    fn get(&self, name: &[u8; 32]) -> Option<DataKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|(since, _)| since.elapsed() < KEPT).map(|(_, key)| key.clone())
    }

    fn put(&self, name: [u8; 32], key: DataKey) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < KEPT);
        if known.len() >= MOST
            && let Some(oldest) = known.iter().min_by_key(|(_, (since, _))| *since).map(|(name, _)| *name)
        {
            known.remove(&oldest);
        }
        known.insert(name, (Instant::now(), key));
    }

    /// Forgets what has served its time.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (since, _)| since.elapsed() < KEPT);
    }
}

fn name(id: KeyId, wrapped: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(id.bytes()).chain_update(wrapped).finalize().into()
}

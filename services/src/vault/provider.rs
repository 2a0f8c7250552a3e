use aes_gcm::aead::Generate;
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

use super::MasterKey;

/// Names a master key inside every envelope.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; Self::LENGTH]);

impl KeyId {
    pub(super) const LENGTH: usize = 8;

    /// The first 8 bytes of the SHA-256 of what is the key's own: tells keys apart without telling them.
    pub fn of(own: &[u8]) -> Self {
        let digest = Sha256::digest(own);
        let mut id = [0; Self::LENGTH];
        id.copy_from_slice(&digest[..Self::LENGTH]);
        Self(id)
    }

    pub(super) const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> [u8; Self::LENGTH] {
        self.0
    }
}

/// As people see it: 16 hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What one or a few secrets are sealed with. Wiped from memory when dropped.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new one from the system's random source.
    pub fn generate() -> Self {
        Self(Zeroizing::new(<[u8; 32]>::generate()))
    }

    /// `None` unless these are 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// For whoever wraps it.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([REDACTED])")
    }
}

/// Why a provider cannot wrap or unwrap a data key. Its text holds no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTrouble {
    /// These bytes were not wrapped by this key, or were changed since.
    #[error("the data key was changed or wrapped by another key")]
    Refused,
    /// The service that holds the key does not answer, or not to us.
    #[error("{0}")]
    Unavailable(String),
}

/// Whoever holds a master key and wraps data keys with it: this process, or a service elsewhere.
#[async_trait]
pub trait KeyProvider: fmt::Debug + Send + Sync + 'static {
    /// Stays the same as long as what the key wrapped can be unwrapped.
    fn id(&self) -> KeyId;

    /// For people: `local key`, `AWS KMS arn:…`.
    fn name(&self) -> String;

    /// Wraps a data key.
    ///
    /// # Errors
    /// [`KeyTrouble`].
    async fn wrap_key(&self, key: &DataKey) -> Result<Vec<u8>, KeyTrouble>;

    /// Unwraps what [`KeyProvider::wrap_key`] made.
    ///
    /// # Errors
    /// [`KeyTrouble`].
    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<DataKey, KeyTrouble>;

    /// The key itself, where this process holds it: then nothing has to be asked for elsewhere.
    fn local(&self) -> Option<&MasterKey> {
        None
    }
}

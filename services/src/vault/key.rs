use super::{DataKey, KeyId, KeyProvider, KeyTrouble, envelope};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use zeroize::Zeroizing;

/// A master key that this process holds. Wiped from memory when dropped.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// The configured master key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TOKEN_MASTER_KEY: expected 32 bytes as 64 hexadecimal digits; make one with `openssl rand -hex 32`")]
pub struct KeyError;

impl MasterKey {
    /// From 64 hexadecimal digits; white space around them is ignored.
    ///
    /// # Errors
    /// [`KeyError`], whose text names the variable and never the value.
    pub fn from_hex(hex: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(hex.trim(), bytes.as_mut_slice()).map_err(|_| KeyError)?;
        let id = KeyId::of(bytes.as_slice());
        Ok(Self { bytes, id })
    }

    /// The same from a secret.
    ///
    /// # Errors
    /// As for [`MasterKey::from_hex`].
    pub fn from_secret(hex: &SecretString) -> Result<Self, KeyError> {
        Self::from_hex(hex.expose_secret())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Its id as hex.
    pub fn id_hex(&self) -> String {
        self.id.to_string()
    }

    /// Wraps a data key on the spot.
    pub(super) fn wrap(&self, key: &DataKey) -> Vec<u8> {
        envelope::wrap(&self.bytes, self.id, key)
    }

    /// Unwraps a data key on the spot.
    pub(super) fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, KeyTrouble> {
        envelope::unwrap(&self.bytes, self.id, wrapped).map_err(|_| KeyTrouble::Refused)
    }
}

#[async_trait]
impl KeyProvider for MasterKey {
    fn id(&self) -> KeyId {
        self.id
    }

    fn name(&self) -> String {
        "local key".to_owned()
    }

    async fn wrap_key(&self, key: &DataKey) -> Result<Vec<u8>, KeyTrouble> {
        Ok(self.wrap(key))
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<DataKey, KeyTrouble> {
        self.unwrap(wrapped)
    }

    fn local(&self) -> Option<&MasterKey> {
        Some(self)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey(id {})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_hex_digits() {
        assert!(MasterKey::from_hex(&"0F".repeat(32)).is_ok());
        assert!(MasterKey::from_hex(&format!(" {}\n", "ab".repeat(32))).is_ok());
        for bad in ["", "ab", &"ab".repeat(31), &"ab".repeat(33), &"zz".repeat(32)] {
            let error = MasterKey::from_hex(bad).unwrap_err().to_string();
            assert!(error.starts_with("TOKEN_MASTER_KEY"), "{error}");
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }

    #[test]
    fn debug_shows_the_id_alone() {
        let key = MasterKey::from_hex(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), format!("MasterKey(id {})", key.id_hex()));
        assert!(!format!("{key:?}").contains("abab"));
    }
}

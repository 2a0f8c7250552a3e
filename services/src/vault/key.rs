use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a key id.
pub(super) const ID: usize = 8;

/// The key that wraps every data key. Wiped from memory when dropped.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    id: [u8; ID],
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
        Ok(Self::new(bytes))
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let digest = Sha256::digest(bytes.as_slice());
        let mut id = [0; ID];
        id.copy_from_slice(&digest[..ID]);
        Self { bytes, id }
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(super) const fn id(&self) -> [u8; ID] {
        self.id
    }

    /// The first 8 bytes of the key's SHA-256: tells keys apart without telling them.
    pub fn id_hex(&self) -> String {
        hex::encode(self.id)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey(id {})", self.id_hex())
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

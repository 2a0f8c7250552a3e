//! The format `v1`, in bytes:
//!
//! `"v1"` (2) · key id (8) · nonce (12) · wrapped data key (32 + 16) · nonce (12) · ciphertext (n + 16)
//!
//! Both layers are AES-256-GCM with the same associated data: format, key id, kind, workspace and version. So a row that is
//! copied to another workspace, another kind or an older version does not open.

use super::{
    Kind,
    key::{ID, MasterKey},
};
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Generate, Key, Payload, consts::U12},
};
use domain::id::WorkspaceId;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

const FORMAT: &[u8; 2] = b"v1";
const NONCE: usize = 12;
const WRAPPED: usize = 32 + 16;
const HEAD: usize = FORMAT.len() + ID + NONCE + WRAPPED + NONCE;

/// Why a sealed secret does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an envelope of a format we know.
    #[error("the sealed value has an unknown format")]
    Format,
    /// Sealed under a key that this process does not hold.
    #[error("it was sealed with another TOKEN_MASTER_KEY (key id {0})")]
    OtherKey(String),
    /// The bytes were changed, or stand where they do not belong.
    #[error("the sealed value was changed or belongs somewhere else")]
    Tampered,
}

pub(super) fn seal(
    key: &MasterKey,
    workspace: WorkspaceId,
    kind: Kind,
    version: i64,
    secret: &SecretString,
) -> Vec<u8> {
    let aad = associated(key.id(), workspace, kind, version);
    let data_key = Zeroizing::new(<[u8; 32]>::generate());
    let (wrap_nonce, wrapped) = encrypt(key.bytes(), data_key.as_slice(), &aad);
    let (nonce, ciphertext) = encrypt(&data_key, secret.expose_secret().as_bytes(), &aad);
    [FORMAT.as_slice(), &key.id(), &wrap_nonce, &wrapped, &nonce, &ciphertext].concat()
}

pub(super) fn open(
    key: &MasterKey,
    workspace: WorkspaceId,
    kind: Kind,
    version: i64,
    sealed: &[u8],
) -> Result<SecretString, OpenError> {
    let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(OpenError::Format)?;
    let (format, head) = head.split_at(FORMAT.len());
    if format != FORMAT {
        return Err(OpenError::Format);
    }
    let (id, head) = head.split_at(ID);
    if id != key.id() {
        return Err(OpenError::OtherKey(hex::encode(id)));
    }
    let aad = associated(key.id(), workspace, kind, version);
    let (wrap_nonce, head) = head.split_at(NONCE);
    let (wrapped, nonce) = head.split_at(WRAPPED);
    let unwrapped = decrypt(key.bytes(), wrap_nonce, wrapped, &aad)?;
    let data_key = Zeroizing::new(<[u8; 32]>::try_from(unwrapped.as_slice()).map_err(|_| OpenError::Tampered)?);
    let plain = decrypt(&data_key, nonce, ciphertext, &aad)?;
    let text = std::str::from_utf8(&plain).map_err(|_| OpenError::Tampered)?;
    Ok(SecretString::from(text))
}

fn associated(key_id: [u8; ID], workspace: WorkspaceId, kind: Kind, version: i64) -> Vec<u8> {
    // Fixed lengths first and the only variable part last: no two inputs give the same bytes.
    [FORMAT.as_slice(), &key_id, workspace.0.as_bytes(), &version.to_be_bytes(), kind.as_str().as_bytes()].concat()
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}

fn encrypt(key: &[u8; 32], msg: &[u8], aad: &[u8]) -> ([u8; NONCE], Vec<u8>) {
    let nonce = Nonce::<U12>::generate();
    let sealed = cipher(key).encrypt(&nonce, Payload { msg, aad }).expect("AES-GCM takes up to 64 GiB");
    (nonce.into(), sealed)
}

fn decrypt(key: &[u8; 32], nonce: &[u8], msg: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let nonce = Nonce::<U12>::try_from(nonce).map_err(|_| OpenError::Format)?;
    cipher(key).decrypt(&nonce, Payload { msg, aad }).map(Zeroizing::new).map_err(|_| OpenError::Tampered)
}

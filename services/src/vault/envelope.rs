//! What stands in the database, in bytes.
//!
//! `v3`: `"v3"` (2) · key id (8) · length w of the wrapped data key (2, big endian) · wrapped data key (w) · nonce (12) ·
//! ciphertext (n + 16). The ciphertext is AES-256-GCM under the data key; its associated data are format, owner, subject,
//! version and kind, so a row that is copied to another workspace or user, another number, another kind or an older version
//! does not open. The key id is not among them: rotation wraps the data key anew and leaves the ciphertext alone.
//!
//! A local master key wraps a data key as nonce (12) · AES-256-GCM (32 + 16) with `"v2"`, since when it is so, and the key id
//! as associated data. What a service like KMS makes of it is its own.
//!
//! `v2`, read and no longer written: the same without the subject among the associated data.
//!
//! `v1`, read and no longer written: `"v1"` (2) · key id (8) · nonce (12) · wrapped data key (32 + 16) · nonce (12) ·
//! ciphertext (n + 16), both layers with format, key id, workspace, version and kind as associated data.

use super::{DataKey, KeyId, Label, MasterKey, Owner};
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Generate, Key, Payload, consts::U12},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

const V1: &[u8; 2] = b"v1";
const V2: &[u8; 2] = b"v2";
const V3: &[u8; 2] = b"v3";
const NONCE: usize = 12;
const TAG: usize = 16;
const WRAPPED_V1: usize = 32 + TAG;

/// Format and key id: what a row begins with that needs no rotation.
pub(super) const HEAD: usize = 2 + KeyId::LENGTH;

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
    /// The service that holds the master key does not answer.
    #[error("the master key cannot be used: {0}")]
    Unavailable(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    First,
    Second,
    Today,
}

/// An envelope taken apart; nothing of it is believed yet.
pub(super) struct Envelope<'a> {
    pub key: KeyId,
    format: Format,
    pub wrapped: &'a [u8],
    /// Nonce and ciphertext.
    content: &'a [u8],
}

impl<'a> Envelope<'a> {
    pub fn read(sealed: &'a [u8]) -> Result<Self, OpenError> {
        let (format, rest) = split(sealed, 2)?;
        let format = match <&[u8; 2]>::try_from(format) {
            Ok(V1) => Format::First,
            Ok(V2) => Format::Second,
            Ok(V3) => Format::Today,
            _ => return Err(OpenError::Format),
        };
        let (id, rest) = split(rest, KeyId::LENGTH)?;
        let key = KeyId::from_bytes(id.try_into().map_err(|_| OpenError::Format)?);
        let (wrapped, content) = if format == Format::First {
            split(rest, NONCE + WRAPPED_V1)?
        } else {
            let (length, rest) = split(rest, 2)?;
            let length = u16::from_be_bytes(length.try_into().map_err(|_| OpenError::Format)?);
            split(rest, usize::from(length))?
        };
        if content.len() < NONCE + TAG {
            return Err(OpenError::Format);
        }
        Ok(Self { key, format, wrapped, content })
    }

    /// Whether it has the format that only a local key opens.
    pub fn is_first_format(&self) -> bool {
        self.format == Format::First
    }

    /// Whether its content is bound to everything that it is today; if not, it has to be sealed anew.
    pub fn is_todays_format(&self) -> bool {
        self.format == Format::Today
    }

    /// Opens with the unwrapped data key.
    pub fn open(&self, data_key: &DataKey, label: Label) -> Result<SecretString, OpenError> {
        let associated = match self.format {
            Format::Second => associated_v2(label),
            _ => associated(label),
        };
        text(&decrypt(data_key.expose(), self.content, &associated)?)
    }

    /// Opens an envelope of the first format.
    pub fn open_first(&self, key: &MasterKey, label: Label) -> Result<SecretString, OpenError> {
        let Owner::Workspace(workspace) = label.owner else { return Err(OpenError::Tampered) };
        let kind = label.kind.as_str().as_bytes();
        let aad =
            [V1.as_slice(), &self.key.bytes(), workspace.0.as_bytes(), &label.version.to_be_bytes(), kind].concat();
        let unwrapped = decrypt(key.bytes(), self.wrapped, &aad)?;
        let data_key = DataKey::from_bytes(&unwrapped).ok_or(OpenError::Tampered)?;
        text(&decrypt(data_key.expose(), self.content, &aad)?)
    }

    /// The same content, which has today's format, behind a data key that was wrapped anew.
    pub fn under(&self, key: KeyId, wrapped: &[u8]) -> Vec<u8> {
        join(key, wrapped, self.content)
    }
}

/// Seals under a data key.
pub(super) fn seal(key: KeyId, (data_key, wrapped): (&DataKey, &[u8]), label: Label, secret: &SecretString) -> Vec<u8> {
    let content = encrypt(data_key.expose(), secret.expose_secret().as_bytes(), &associated(label));
    join(key, wrapped, &content)
}

/// The first bytes of everything that is sealed under this key in today's format.
pub(super) fn head(key: KeyId) -> Vec<u8> {
    [V3.as_slice(), &key.bytes()].concat()
}

/// What a local master key binds a data key to: itself.
fn wrapping(key: KeyId) -> Vec<u8> {
    [V2.as_slice(), &key.bytes()].concat()
}

pub(super) fn wrap(master: &[u8; 32], id: KeyId, key: &DataKey) -> Vec<u8> {
    encrypt(master, key.expose(), &wrapping(id))
}

pub(super) fn unwrap(master: &[u8; 32], id: KeyId, wrapped: &[u8]) -> Result<DataKey, OpenError> {
    DataKey::from_bytes(&decrypt(master, wrapped, &wrapping(id))?).ok_or(OpenError::Tampered)
}

fn join(key: KeyId, wrapped: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(wrapped.len()).expect("a wrapped key of 32 bytes is below 64 KiB");
    [V3.as_slice(), &key.bytes(), &length.to_be_bytes(), wrapped, content].concat()
}

fn associated(label: Label) -> Vec<u8> {
    let (tag, owner) = tagged(label.owner);
    let (version, kind) = (label.version.to_be_bytes(), label.kind.as_str().as_bytes());
    // Fixed lengths first and the only variable part last: no two inputs give the same bytes.
    [V3.as_slice(), &[tag], owner.as_bytes(), label.subject.as_bytes(), &version, kind].concat()
}

fn associated_v2(label: Label) -> Vec<u8> {
    let (tag, owner) = tagged(label.owner);
    [V2.as_slice(), &[tag], owner.as_bytes(), &label.version.to_be_bytes(), label.kind.as_str().as_bytes()].concat()
}

fn tagged(owner: Owner) -> (u8, Uuid) {
    match owner {
        Owner::Workspace(id) => (b'w', id.0),
        Owner::User(id) => (b'u', id.0),
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), OpenError> {
    bytes.split_at_checked(at).ok_or(OpenError::Format)
}

fn text(plain: &[u8]) -> Result<SecretString, OpenError> {
    std::str::from_utf8(plain).map(SecretString::from).map_err(|_| OpenError::Tampered)
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}

/// Nonce, then ciphertext.
fn encrypt(key: &[u8; 32], msg: &[u8], aad: &[u8]) -> Vec<u8> {
    let nonce = Nonce::<U12>::generate();
    let sealed = cipher(key).encrypt(&nonce, Payload { msg, aad }).expect("AES-GCM takes up to 64 GiB");
    [nonce.as_slice(), &sealed].concat()
}

fn decrypt(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (nonce, msg) = split(sealed, NONCE)?;
    let nonce = Nonce::<U12>::try_from(nonce).map_err(|_| OpenError::Format)?;
    cipher(key).decrypt(&nonce, Payload { msg, aad }).map(Zeroizing::new).map_err(|_| OpenError::Tampered)
}

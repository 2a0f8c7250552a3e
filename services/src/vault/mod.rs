//! Secrets at rest.
//!
//! Every secret is sealed under a data key of its own, which is wrapped by the process' master key: see [`envelope`] for the
//! format. Key providers, rotation and an access log build on it without touching what is stored.

mod envelope;
mod key;
mod store;

pub use envelope::OpenError;
pub use key::{KeyError, MasterKey};
pub use store::{LoadError, load};
pub(crate) use store::{Place, store};

use domain::id::WorkspaceId;
use secrecy::SecretString;
use std::{fmt, sync::Arc};

/// What a secret is for. Part of the associated data, so one kind cannot be passed off as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Meta's access token of a business number.
    AccessToken,
}

impl Kind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::AccessToken => "access_token",
        }
    }
}

/// Seals and opens. Cloning is cheap and copies no key.
#[derive(Clone)]
pub struct Vault(Arc<MasterKey>);

impl Vault {
    /// A vault under one master key.
    pub fn new(key: MasterKey) -> Self {
        Self(Arc::new(key))
    }

    /// The id of the master key that seals, as hex.
    pub fn key_id(&self) -> String {
        self.0.id_hex()
    }

    /// Seals a secret for one workspace, kind and version; opened only with the same three.
    pub fn seal(&self, workspace: WorkspaceId, kind: Kind, version: i64, secret: &SecretString) -> Vec<u8> {
        envelope::seal(&self.0, workspace, kind, version, secret)
    }

    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// [`OpenError`]: another master key, another place, or bytes that were changed.
    pub fn open(
        &self,
        workspace: WorkspaceId,
        kind: Kind,
        version: i64,
        sealed: &[u8],
    ) -> Result<SecretString, OpenError> {
        envelope::open(&self.0, workspace, kind, version, sealed)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault(key {})", self.key_id())
    }
}

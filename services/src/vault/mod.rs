//! Secrets at rest.
//!
//! Every secret is sealed under a data key, which is wrapped by a master key that this process or a service elsewhere holds:
//! see [`envelope`] for the format, [`KeyProvider`] for who may hold one. One key seals, several open, so that
//! [`Rotation`] can go on while everything runs. Who opened what is counted, see [`Purpose`].

mod access;
mod envelope;
mod key;
mod kind;
mod locked;
mod provider;
mod remembered;
mod renew;
mod rotate;
mod sealed;
mod stale;
mod status;
mod store;
mod survey;
mod worker;

pub(crate) use access::opened;
pub use access::{Purpose, flush, purge};
pub use envelope::OpenError;
pub use key::{KeyError, MasterKey};
pub use kind::{Kind, Owner};
pub use locked::{Locked, locked, look_again};
pub use provider::{DataKey, KeyId, KeyProvider, KeyTrouble};
pub(crate) use renew::ask;
pub use renew::{MetaApp, renew_due};
pub use rotate::{Rotated, Rotation};
pub use stale::{STALE, StaleToken, raise_stale, stale_tokens};
pub(crate) use status::keys_in_use;
pub use status::{Status, UnderKey, status};
pub use store::{LoadError, load, opens};
pub(crate) use store::{Place, load_version, store};
pub use survey::{Unreadable, unreadable};
pub(crate) use worker::worker;

use access::AccessLog;
use envelope::Envelope;
use kind::Label;
use remembered::{Drawn, Pair, Remembered};
use secrecy::SecretString;
use std::{fmt, sync::Arc};

/// Seals and opens. Cloning is cheap and copies no key.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    /// The first one seals; all of them open. Never empty.
    keys: Vec<Arc<dyn KeyProvider>>,
    /// Where the sealing key is held elsewhere.
    drawn: Option<Drawn>,
    remembered: Remembered,
    log: AccessLog,
    unkept: bool,
}

impl Vault {
    /// A vault under one local master key.
    pub fn new(key: MasterKey) -> Self {
        Self::local(key, Vec::new())
    }

    /// A vault under a local master key, with others that only open.
    pub fn local(key: MasterKey, old: Vec<MasterKey>) -> Self {
        let old = old.into_iter().map(|key| Arc::new(key) as Arc<dyn KeyProvider>);
        Self::build(std::iter::once(Arc::new(key) as Arc<dyn KeyProvider>).chain(old).collect(), None)
    }

    /// A vault under whatever keys: one seals, the others only open. Asks the service that holds the sealing key for a first
    /// data key.
    ///
    /// # Errors
    /// When that service does not answer.
    pub async fn with_keys(seals: Arc<dyn KeyProvider>, old: Vec<Arc<dyn KeyProvider>>) -> Result<Self, KeyTrouble> {
        let drawn = match seals.local() {
            Some(_) => None,
            None => Some(Drawn::new(Pair::draw(&*seals).await?)),
        };
        Ok(Self::build(std::iter::once(seals).chain(old).collect(), drawn))
    }

    fn build(keys: Vec<Arc<dyn KeyProvider>>, drawn: Option<Drawn>) -> Self {
        Self(Arc::new(Inner {
            keys,
            drawn,
            remembered: Remembered::default(),
            log: AccessLog::default(),
            unkept: false,
        }))
    }

    /// The same, known to be under a key that nobody keeps: what is to be opened again must not be sealed by it.
    #[must_use]
    pub fn unkept(mut self) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.unkept = true;
        }
        self
    }

    pub(crate) fn is_unkept(&self) -> bool {
        self.0.unkept
    }

    /// The key that seals, then those that only open.
    pub fn keys(&self) -> &[Arc<dyn KeyProvider>] {
        &self.0.keys
    }

    fn seals(&self) -> &dyn KeyProvider {
        &*self.0.keys[0]
    }

    /// The id of the master key that seals, as hex.
    pub fn key_id(&self) -> String {
        self.seals().id().to_string()
    }

    /// Seals a secret about its owner, for one kind and version; opened only with the same three. Waits for nothing, so it may
    /// be called inside a transaction.
    pub fn seal(&self, owner: impl Into<Owner>, kind: Kind, version: i64, secret: &SecretString) -> Vec<u8> {
        self.seal_label(Label::own(owner.into(), kind, version), secret)
    }

    fn seal_label(&self, label: Label, secret: &SecretString) -> Vec<u8> {
        let id = self.seals().id();
        match (&self.0.drawn, self.seals().local()) {
            (Some(drawn), _) => {
                let pair = drawn.current();
                envelope::seal(id, (&pair.key, &pair.wrapped), label, secret)
            }
            (None, Some(local)) => {
                let key = DataKey::generate();
                envelope::seal(id, (&key, &local.wrap(&key)), label, secret)
            }
            (None, None) => unreachable!("a vault draws a data key when its master key is held elsewhere"),
        }
    }

    /// Opens what [`Vault::seal`] made. With a local master key it waits for nothing.
    ///
    /// # Errors
    /// [`OpenError`]: another master key, another place, bytes that were changed, or a key service that does not answer.
    pub async fn open(
        &self,
        owner: impl Into<Owner>,
        kind: Kind,
        version: i64,
        sealed: &[u8],
    ) -> Result<SecretString, OpenError> {
        self.open_label(Label::own(owner.into(), kind, version), sealed).await
    }

    async fn open_label(&self, label: Label, sealed: &[u8]) -> Result<SecretString, OpenError> {
        let envelope = Envelope::read(sealed)?;
        let key = self.key(envelope.key)?;
        if envelope.is_first_format() {
            let local = key.local().ok_or(OpenError::Tampered)?;
            return envelope.open_first(local, label);
        }
        let data_key = self.0.remembered.unwrap(key, envelope.wrapped).await.map_err(trouble)?;
        envelope.open(&data_key, label)
    }

    /// The same secret under the key that seals now; `None` when it is already.
    async fn rewrap(&self, label: Label, sealed: &[u8]) -> Result<Option<Vec<u8>>, OpenError> {
        let seals = self.seals();
        if sealed.starts_with(&envelope::head(seals.id())) {
            return Ok(None);
        }
        // Opened first: what was changed or misplaced must not leave here with a key that fits.
        let secret = self.open_label(label, sealed).await?;
        let envelope = Envelope::read(sealed)?;
        if !envelope.is_todays_format() {
            return Ok(Some(self.seal_label(label, &secret)));
        }
        let data_key = self.0.remembered.unwrap(self.key(envelope.key)?, envelope.wrapped).await.map_err(trouble)?;
        let wrapped = seals.wrap_key(&data_key).await.map_err(trouble)?;
        Ok(Some(envelope.under(seals.id(), &wrapped)))
    }

    fn key(&self, id: KeyId) -> Result<&dyn KeyProvider, OpenError> {
        let found = self.0.keys.iter().find(|key| key.id() == id);
        found.map(|key| &**key).ok_or_else(|| OpenError::OtherKey(id.to_string()))
    }

    /// Draws a new data key where the last one has served its time, and forgets old ones.
    async fn renew(&self) -> Result<(), KeyTrouble> {
        self.0.remembered.forget();
        match &self.0.drawn {
            Some(drawn) => drawn.renew(self.seals()).await,
            None => Ok(()),
        }
    }
}

fn trouble(trouble: KeyTrouble) -> OpenError {
    match trouble {
        KeyTrouble::Refused => OpenError::Tampered,
        KeyTrouble::Unavailable(why) => OpenError::Unavailable(why),
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault(key {})", self.key_id())
    }
}

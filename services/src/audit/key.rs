//! The key of a workspace's chain, kept in the vault.

use super::chain::Key;
use crate::{
    Error, Result, Services,
    db::Conn,
    vault::{self, Kind, LoadError, OpenError, Place, Purpose},
};
use domain::{id::WorkspaceId, time::Millis};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// `None` when there is none yet.
pub(super) async fn load(services: &Services, workspace: WorkspaceId) -> Result<Option<Key>> {
    match vault::load(services, workspace, Kind::AuditKey, workspace.0, Purpose::Audit).await {
        Ok(secret) => read(&secret).map(Some),
        Err(LoadError::Missing) => Ok(None),
        Err(LoadError::Open(OpenError::Unavailable(_))) => Err(Error::Unavailable),
        Err(LoadError::Open(e)) => Err(Error::Internal(format!("audit key of workspace {workspace}: {e}"))),
        Err(LoadError::Database(e)) => Err(e.into()),
    }
}

/// Makes and stores one, in the transaction that begins the chain.
pub(super) async fn create(services: &Services, conn: Conn<'_>, workspace: WorkspaceId, now: Millis) -> Result<Key> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(bytes.as_mut_slice());
    let secret = SecretString::from(hex::encode(bytes.as_slice()));
    let place = Place { workspace, kind: Kind::AuditKey, subject: workspace.0 };
    vault::store(services, conn, place, &secret, now).await?;
    read(&secret)
}

fn read(secret: &SecretString) -> Result<Key> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(secret.expose_secret(), bytes.as_mut_slice())
        .map_err(|_| Error::Internal("an audit key is not 64 hexadecimal digits".to_owned()))?;
    Ok(Key::new(bytes.as_slice()))
}

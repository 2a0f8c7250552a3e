//! The sessions of a person, as they see them themselves.

use super::{
    sessions,
    tell::{self, By},
};
use crate::{Error, Origin, Result, Services, audit::Entry, db::Tx, sql};
use domain::{audit::Action, id::UserId, time::Millis};
use serde_json::{Value, json};
use tower_sessions_core::session::Id;

const LIST: &str = "SELECT id_hash, user_agent, address, created_at, last_seen_at FROM sessions
    WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, created_at DESC";
const END: &str = "DELETE FROM sessions WHERE user_id = $1 AND id_hash = $2";

/// One place where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Names the session and opens nothing: the digest of its id.
    pub handle: String,
    /// What the browser calls itself.
    pub agent: String,
    /// From where it was begun; empty when that is not known.
    pub address: String,
    pub created_at: Millis,
    /// Noted once a minute.
    pub last_seen_at: Millis,
}

/// The session that a request came with, by its handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentSession(pub String);

/// What names a session in the list.
pub fn handle_of(id: &Id) -> String {
    hex::encode(sessions::hash(id))
}

/// Where a person is signed in, last used first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn devices(services: &Services, user: UserId) -> Result<Vec<Device>> {
    let mut read = services.db().read().await?;
    let now = services.clock().now();
    let rows = sql!(all(Vec<u8>, String, String, Millis, Millis), read.conn(), LIST, user.0, now)?;
    Ok(rows
        .into_iter()
        .map(|(hash, agent, address, created_at, last_seen_at)| Device {
            handle: hex::encode(hash),
            agent,
            address,
            created_at,
            last_seen_at,
        })
        .collect())
}

/// Signs a person out in one place; an open stream there ends at once.
///
/// # Errors
/// `NotFound` for a session that is not theirs or has ended.
pub async fn end_session(services: &Services, user: UserId, handle: &str, origin: &Origin) -> Result<()> {
    end(services, user, handle, Action::SessionEnded, origin).await
}

/// Ends the caller's own session; one that has ended already is as wanted.
///
/// # Errors
/// When the database cannot be written: then it has not ended.
pub async fn sign_out(services: &Services, user: UserId, handle: &str, origin: &Origin) -> Result<()> {
    match end(services, user, handle, Action::SignedOut, origin).await {
        Err(Error::Domain(domain::Error::NotFound)) => Ok(()),
        done => done,
    }
}

async fn end(services: &Services, user: UserId, handle: &str, action: Action, origin: &Origin) -> Result<()> {
    let hash = hex::decode(handle).map_err(|_| domain::Error::NotFound)?;
    let mut tx = services.db().begin().await?;
    if sql!(exec tx.conn(), END, user.0, hash.as_slice())? == 0 {
        return Err(domain::Error::NotFound.into());
    }
    told(services, tx, user, Entry::new(action), origin).await
}

/// Signs a person out everywhere but here; returns in how many places.
///
/// # Errors
/// When the database cannot be written.
pub async fn end_other_sessions(services: &Services, user: UserId, keep: Id, origin: &Origin) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let ended = sessions::revoke(tx.conn(), user, Some(keep)).await?;
    if ended > 0 {
        let entry = Entry::new(Action::SessionEnded).change(Value::Null, json!({ "sessions": ended }));
        told(services, tx, user, entry, origin).await?;
    }
    Ok(ended)
}

async fn told(services: &Services, mut tx: Tx, user: UserId, entry: Entry, origin: &Origin) -> Result<()> {
    let now = services.clock().now();
    tell::record(services, &mut tx, user, (By::Person, origin), now, entry).await?;
    let streams = tell::streams(&mut tx, user, now).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(())
}

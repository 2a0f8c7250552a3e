//! Sessions in the database, for tower-sessions. Only a hash of the id is stored, so a copy of the table signs nobody in.

use super::{
    Proof, proof,
    tell::{self, Streams},
};
use crate::{
    Result, Services,
    clock::Clock,
    db::{Conn, Db, Tx},
    sql,
};
use async_trait::async_trait;
use domain::{
    id::UserId,
    time::{DAY, HOUR, MINUTE, Millis},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use time::OffsetDateTime;
use tower_sessions_core::{
    session::{Id, Record},
    session_store::{self, Error as StoreError},
};
use uuid::Uuid;

/// Under this key a session holds its [`UserId`]; the store copies it to a column of its own.
pub const USER_KEY: &str = "user";
/// Under this key a session holds the browser's name for itself; copied to a column too.
pub const AGENT_KEY: &str = "user_agent";
/// Under this key a session holds the address it was begun from; copied to a column too.
pub const ADDRESS_KEY: &str = "address";
/// Under this key a new session brings the [`Proof`] with which its user signed in. The store looks at it once and does not
/// keep it.
pub const PROOF_KEY: &str = "proof";

/// A session that nobody uses for this long ends,
const IDLE: Millis = 14 * DAY;
/// and every session this long after it began.
const ABSOLUTE: Millis = 30 * DAY;
/// Without a user there is nothing to keep but a message on a form.
const ANONYMOUS: Millis = HOUR;
/// How often use is noted.
const NOTE_EVERY: Millis = MINUTE;
const TEXT_LIMIT: usize = 200;

const CREATE: &str =
    "INSERT INTO sessions (id_hash, user_id, data, user_agent, address, created_at, last_seen_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (id_hash) DO NOTHING";

/// Never inserts: a session that was ended meanwhile stays ended.
const SAVE: &str = "UPDATE sessions SET user_id = $2, data = $3, user_agent = $4, address = $5, last_seen_at = $6,
    expires_at = CASE WHEN created_at + $8 < $7 THEN created_at + $8 ELSE $7 END WHERE id_hash = $1";

const LOAD: &str = "SELECT user_id, data, created_at, last_seen_at, expires_at FROM sessions
    WHERE id_hash = $1 AND expires_at > $2";

const SEEN: &str = "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id_hash = $1";

const DELETE: &str = "DELETE FROM sessions WHERE id_hash = $1";

const REVOKE: &str = "DELETE FROM sessions WHERE user_id = $1 AND id_hash <> $2";

const PURGE: &str = "DELETE FROM sessions WHERE expires_at <= $1";

/// The store behind the session cookie. It decides alone when a session ends; the cookie may live as long as 30 days.
#[derive(Clone)]
pub struct SessionStore {
    db: Db,
    clock: Clock,
}

impl fmt::Debug for SessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionStore")
    }
}

impl SessionStore {
    pub fn new(services: &Services) -> Self {
        Self { db: services.db().clone(), clock: services.clock().clone() }
    }
}

/// Who a session belongs to, if anybody.
pub fn user_of(record: &Record) -> Option<UserId> {
    record.data.get(USER_KEY).and_then(|user| serde_json::from_value(user.clone()).ok())
}

pub(super) fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

fn kept_text(record: &Record, key: &str) -> String {
    let text = record.data.get(key).and_then(Value::as_str).unwrap_or_default();
    domain::text::storable(&text.chars().take(TEXT_LIMIT).collect::<String>())
}

fn idle(user: Option<UserId>) -> Millis {
    if user.is_some() { IDLE } else { ANONYMOUS }
}

fn backend(e: impl fmt::Display) -> StoreError {
    StoreError::Backend(e.to_string())
}

#[async_trait]
impl tower_sessions_core::SessionStore for SessionStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let mut tx = self.db.begin().await.map_err(backend)?;
        // In one transaction: a session does not begin after a new password has ended all that there were.
        if !proved(tx.conn(), record).await.map_err(backend)? {
            record.data.remove(USER_KEY);
        }
        let data = encode(record)?;
        let (user, now) = (user_of(record), self.clock.now());
        let (agent, address) = (kept_text(record, AGENT_KEY), kept_text(record, ADDRESS_KEY));
        let expires = now + idle(user);
        loop {
            let id = hash(&record.id);
            let (id, user, data) = (id.as_slice(), user.map(|u| u.0), data.as_str());
            let (agent, address) = (agent.as_str(), address.as_str());
            if sql!(exec tx.conn(), CREATE, id, user, data, agent, address, now, expires).map_err(backend)? == 1 {
                return tx.commit().await.map_err(backend);
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let data = encode(record)?;
        let (user, now, id) = (user_of(record), self.clock.now(), hash(&record.id));
        let (agent, address) = (kept_text(record, AGENT_KEY), kept_text(record, ADDRESS_KEY));
        let mut tx = self.db.begin().await.map_err(backend)?;
        let (id, expires, data) = (id.as_slice(), now + idle(user), data.as_str());
        let (user, agent, address) = (user.map(|u| u.0), agent.as_str(), address.as_str());
        sql!(exec tx.conn(), SAVE, id, user, data, agent, address, now, expires, ABSOLUTE).map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        let key = hash(id);
        let mut read = self.db.read().await.map_err(backend)?;
        let row = sql!(opt(Option<Uuid>, String, Millis, Millis, Millis), read.conn(), LOAD, key.as_slice(), now);
        drop(read);
        let Some((user, data, created, seen, mut expires)) = row.map_err(backend)? else { return Ok(None) };
        if seen + NOTE_EVERY <= now {
            expires = (now + idle(user.map(UserId))).min(created + ABSOLUTE);
            let mut tx = self.db.begin().await.map_err(backend)?;
            sql!(exec tx.conn(), SEEN, key.as_slice(), now, expires).map_err(backend)?;
            tx.commit().await.map_err(backend)?;
        }
        let data = serde_json::from_str(&data).map_err(|e| StoreError::Decode(e.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires / 1_000).map_err(backend)?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let key = hash(id);
        let mut tx = self.db.begin().await.map_err(backend)?;
        sql!(exec tx.conn(), DELETE, key.as_slice()).map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

fn encode(record: &Record) -> session_store::Result<String> {
    serde_json::to_string(&record.data).map_err(|e| StoreError::Encode(e.to_string()))
}

/// Whether a new session may have its user: what they signed in with still counts. Those that come without a proof were begun
/// otherwise, by an invitation for instance.
async fn proved(conn: Conn<'_>, record: &mut Record) -> sqlx::Result<bool> {
    let proof = record.data.remove(PROOF_KEY);
    let (Some(user), Some(proof)) = (user_of(record), proof) else { return Ok(true) };
    match serde_json::from_value::<Proof>(proof) {
        Ok(proof) => proof::stands(conn, user, proof).await,
        Err(_) => Ok(false),
    }
}

/// Ends all sessions of a person but `except`, and their open streams; returns how many. Whoever calls it says why in the audit
/// trail.
///
/// # Errors
/// When the database cannot be written.
pub async fn revoke_all(services: &Services, user: UserId, except: Option<Id>) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let ended = revoke(tx.conn(), user, except).await?;
    let streams = tell::streams(&mut tx, user, services.clock().now()).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(ended)
}

/// The same, of everything, as the last step of a transaction. What comes back is published after the commit.
pub(crate) async fn revoke_all_in(tx: &mut Tx, user: UserId, now: Millis) -> Result<Streams> {
    revoke(tx.conn(), user, None).await?;
    tell::streams(tx, user, now).await
}

pub(super) async fn revoke(mut conn: Conn<'_>, user: UserId, except: Option<Id>) -> sqlx::Result<u64> {
    // A session that is just being created comes before this, and goes, or after it.
    proof::hold(conn.again(), user).await?;
    // No session has an empty hash.
    let except = except.as_ref().map(hash).unwrap_or_default();
    sql!(exec conn, REVOKE, user.0, except.as_slice())
}

pub(super) async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let gone = sql!(exec tx.conn(), PURGE, services.clock().now())?;
    tx.commit().await?;
    Ok(gone)
}

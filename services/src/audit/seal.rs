//! Entries get their place in the chain: in the order (time, id), by one sealer of a workspace at a time.

use super::{
    begin,
    chain::{Ends, Key, Link, Row, SALT},
    head, key,
    record::PROOF,
};
use crate::{
    Error, Result, Services,
    db::{Conn, Tx, dialect, system},
    sql,
    vault::{Kind, OpenError},
};
use domain::{
    id::WorkspaceId,
    time::{MINUTE, Millis},
};
use rand::RngCore;
use secrecy::ExposeSecret;
use std::collections::VecDeque;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const UNSEALED: &str =
    "SELECT at, id, actor_kind, member_id, token_id, action, resource_kind, resource_id, was, became,
    about, address, agent, unproven, position, salt, mac, erased_at, personal_digest, erasure, proof
    FROM audit_entries WHERE workspace_id = $1 AND position IS NULL AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4";

/// A proof under a master key that this process does not hold may be of one that is being rotated: somebody who holds it has
/// this long to seal it.
const PATIENCE: Millis = 10 * MINUTE;
/// In small pieces: on SQLite everybody else waits meanwhile.
const AT_ONCE: i64 = 200;
/// Pieces that a workspace gets in a round of the worker: what waits behind them waits a second more.
const PIECES: u32 = 25;

/// The text of the error when a chain cannot go on because its end is not as it was left.
const LOST: &str = "the end of the audit chain was changed or removed: nothing is sealed until it is restored";

const KEYLESS: &str = "the key of the audit chain is gone: nothing is sealed until it is restored";

const CHANGED: &str = "entries that were to be sealed were taken away or given places by somebody else";

/// An entry that gets its place.
pub(crate) struct Placed {
    pub at: Millis,
    pub id: Uuid,
    pub position: i64,
    pub salt: [u8; SALT],
    pub mac: Link,
    pub unproven: bool,
}

/// Seals what waits for it, in every workspace and in the installation's own chain; returns how many entries.
///
/// An entry of a transaction that took long gets the next place after those that overtook it: a place says when an entry came
/// to be seen, `at` says when it was made.
///
/// # Errors
/// When the database fails. A workspace whose chain cannot go on does not keep others waiting.
pub async fn seal(services: &Services) -> Result<u64> {
    Ok(round(services, u32::MAX, &CancellationToken::new(), |_| false).await?.0)
}

/// So much of it as a second should take, but for workspaces that are passed over; also those where it did not work, and why.
pub(super) async fn seal_round(
    services: &Services,
    stop: &CancellationToken,
    pass_over: impl Fn(WorkspaceId) -> bool,
) -> Result<(u64, Vec<(WorkspaceId, Error)>)> {
    // What came right before the end is sealed by it, and of a heap the first piece.
    let (most, stop) = if stop.is_cancelled() { (1, &CancellationToken::new()) } else { (PIECES, stop) };
    round(services, most, stop, pass_over).await
}

/// A piece of each workspace in turn, so that nobody waits for somebody who has much.
async fn round(
    services: &Services,
    most: u32,
    stop: &CancellationToken,
    pass_over: impl Fn(WorkspaceId) -> bool,
) -> Result<(u64, Vec<(WorkspaceId, Error)>)> {
    let waiting = {
        let mut read = services.db().read().await?;
        system::unsealed_workspaces(read.conn()).await?
    };
    let waiting = waiting.into_iter().map(WorkspaceId).filter(|workspace| !pass_over(*workspace));
    let mut turns: VecDeque<(Sealing, u32)> = waiting.map(|workspace| (Sealing::new(workspace), 0)).collect();
    let (mut sealed, mut failed) = (0, Vec::new());
    while let Some((mut sealing, pieces)) = turns.pop_front() {
        if stop.is_cancelled() {
            break;
        }
        let count = match sealing.piece(services).await {
            Ok(count) => count,
            Err(error) => {
                failed.push((sealing.workspace, error));
                continue;
            }
        };
        sealed += count;
        // What has to be passed over costs nobody a turn: it must not keep waiting what stands behind it.
        let pieces = pieces + u32::from(count > 0);
        if !sealing.done && pieces < most {
            turns.push_back((sealing, pieces));
        }
    }
    Ok((sealed, failed))
}

/// Everything of one workspace.
pub(super) async fn seal_workspace(services: &Services, workspace: WorkspaceId) -> Result<u64> {
    let (mut sealing, mut sealed) = (Sealing::new(workspace), 0);
    while !sealing.done {
        sealed += sealing.piece(services).await?;
    }
    Ok(sealed)
}

/// How far the sealing of a workspace's entries has come.
struct Sealing {
    workspace: WorkspaceId,
    /// Everything up to here is sealed, or left to another process.
    after: (Millis, Uuid),
    /// Nothing is left.
    done: bool,
    /// The chain had no key when this was last looked at.
    keyless: bool,
}

impl Sealing {
    const fn new(workspace: WorkspaceId) -> Self {
        Self { workspace, after: (Millis::MIN, Uuid::nil()), done: false, keyless: false }
    }

    /// Seals the next entries; returns how many.
    async fn piece(&mut self, services: &Services) -> Result<u64> {
        // Opened outside of the transaction: a key provider may be far away.
        let known = key::load(services, self.workspace).await?;
        let end = {
            let mut read = services.db().read().await?;
            head::position(read.conn(), self.workspace).await?
        };
        let next = self.next(services).await?;
        if known.is_some() && next.rows.is_empty() {
            (self.after, self.done) = (next.after, next.last);
            return Ok(0);
        }
        let (now, mut tx) = (services.clock().now(), services.db().begin().await?);
        let Some((key, mut ends)) = self.lock(services, tx.conn(), known, now).await? else {
            if self.keyless {
                return Err(Error::Internal(KEYLESS.to_owned()));
            }
            // Somebody else has begun the chain just now.
            self.keyless = true;
            return Ok(0);
        };
        // An old head and its signature may have been put back, and what was sealed behind it taken out.
        if services.chain_ends().is_behind(self.workspace, ends.position) {
            return Err(Error::Internal(LOST.to_owned()));
        }
        // Somebody else has sealed since the entries were read: once more.
        if end.unwrap_or_default() != ends.position {
            return Ok(0);
        }
        let placed = chain(&key, self.workspace, &next.rows, &mut ends);
        if !placed.is_empty() {
            if place(&mut tx, self.workspace, &placed).await? != placed.len() as u64 {
                return Err(Error::Internal(CHANGED.to_owned()));
            }
            head::set(tx.conn(), &key, self.workspace, &ends).await?;
        }
        tx.commit().await?;
        services.chain_ends().note(self.workspace, ends.position);
        (self.after, self.done) = (next.after, next.last);
        Ok(placed.len() as u64)
    }

    /// The next entries that can be sealed, passing over those that are left to another process.
    async fn next(&self, services: &Services) -> Result<Next> {
        let now = services.clock().now();
        let (at, id) = self.after;
        let page = {
            let mut read = services.db().read().await?;
            sql!(all Row, read.conn(), UNSEALED, self.workspace.0, at, id, AT_ONCE)?
        };
        let last = page.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let mut next = Next { rows: Vec::with_capacity(page.len()), after: self.after, last };
        for row in page {
            next.after = (row.at, row.id);
            next.rows.extend(self.judged(services, row, now).await?);
        }
        Ok(next)
    }

    /// Says of an entry whether it is proven; `None` when another process may know.
    async fn judged(&self, services: &Services, mut row: Row, now: Millis) -> Result<Option<Row>> {
        let opened = match row.proof.take() {
            None => None,
            Some(proof) => match services.vault().open(self.workspace, Kind::AuditEntry, PROOF, &proof).await {
                Ok(digest) => Some(digest),
                Err(OpenError::Unavailable(_)) => return Err(Error::Unavailable),
                Err(OpenError::OtherKey(_)) if row.at.abs_diff(now) < PATIENCE.unsigned_abs() => return Ok(None),
                Err(_) => None,
            },
        };
        // What was slipped in may say of itself that it is not proven; it was not written so.
        row.unproven = false;
        let written = row.digest_as_written(self.workspace);
        row.unproven = opened.is_none_or(|digest| digest.expose_secret() != written);
        if row.unproven {
            tracing::error!(workspace = %self.workspace, entry = %row.id, "an audit entry was not written by Parlance");
        }
        Ok(Some(row))
    }

    /// Takes the chain for this transaction; begins it where it may begin. `None` when it may not, or somebody else did just now.
    async fn lock(
        &self,
        services: &Services,
        mut conn: Conn<'_>,
        known: Option<Key>,
        now: Millis,
    ) -> Result<Option<(Key, Ends)>> {
        let key = match known {
            Some(key) => key,
            None => match begin::late(services, conn.again(), self.workspace, now).await? {
                Some(key) => key,
                None => return Ok(None),
            },
        };
        match head::lock(conn, &key, self.workspace, now).await? {
            Some(head) if head.genuine => Ok(Some((key, head.ends))),
            // The key is made together with the chain: where there is one, there was the other.
            _ => Err(Error::Internal(LOST.to_owned())),
        }
    }
}

/// What is to be sealed next.
struct Next {
    rows: Vec<Row>,
    /// The last that was looked at.
    after: (Millis, Uuid),
    /// Nothing stands behind it.
    last: bool,
}

/// Binds entries to the end of the chain, which moves.
fn chain(key: &Key, workspace: WorkspaceId, rows: &[Row], ends: &mut Ends) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(rows.len());
    for row in rows {
        ends.position += 1;
        let mut salt = [0; SALT];
        rand::rng().fill_bytes(&mut salt);
        let digest = row.digest(workspace, &row.personal_digest(&salt));
        ends.mac = key.link(&ends.mac, ends.position, &digest);
        let (position, mac) = (ends.position, ends.mac);
        placed.push(Placed { at: row.at, id: row.id, position, salt, mac, unproven: row.unproven });
    }
    placed
}

async fn place(tx: &mut Tx, workspace: WorkspaceId, entries: &[Placed]) -> sqlx::Result<u64> {
    match tx.conn() {
        Conn::Sqlite(c) => dialect::sqlite_audit::place(c, workspace.0, entries).await,
        Conn::Postgres(c) => dialect::postgres_audit::place(c, workspace.0, entries).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Actor, Options, Origin,
        audit::{Entry, begin, record_as},
        clock::Clock,
        db::Db,
        send::Graph,
        vault::{MasterKey, Vault},
    };
    use domain::audit::Action;

    const MUCH: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const LITTLE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    async fn services(folder: &std::path::Path) -> Services {
        let db = Db::open(&format!("sqlite://{}", folder.join("test.db").display())).await.unwrap();
        let vault = Vault::new(MasterKey::from_hex(&"a5".repeat(32)).unwrap());
        let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
        Services::new(db, Options { clock: Clock::fixed(1), vault, graph, mailer: None })
    }

    async fn write(services: &Services, workspace: WorkspaceId, entries: i64) {
        let mut tx = services.db().begin().await.unwrap();
        begin(services, tx.conn(), workspace, 1).await.unwrap();
        for _ in 0..entries {
            let entry = Entry::new(Action::SettingsChanged);
            record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), 1, entry).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_round_has_an_end_and_everybody_a_turn() {
        let folder = tempfile::tempdir().unwrap();
        let services = services(folder.path()).await;
        let round_of_one = i64::from(PIECES) * AT_ONCE;
        write(&services, MUCH, round_of_one + 3 * AT_ONCE).await;
        write(&services, LITTLE, 1).await;
        let sealed = async |stop: &CancellationToken| {
            let (sealed, failed) = seal_round(&services, stop, |_| false).await.unwrap();
            assert!(failed.is_empty(), "{failed:?}");
            i64::try_from(sealed).unwrap()
        };
        // Who asks it to stop waits for one piece of each, also behind somebody who has much.
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(sealed(&stop).await, AT_ONCE + 1);
        assert_eq!(sealed(&CancellationToken::new()).await, round_of_one);
        assert_eq!(sealed(&CancellationToken::new()).await, 2 * AT_ONCE);
        assert_eq!(sealed(&CancellationToken::new()).await, 0);
    }

    #[tokio::test]
    async fn it_stops_between_two_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let services = services(folder.path()).await;
        write(&services, MUCH, 20 * AT_ONCE).await;
        let stop = CancellationToken::new();
        let (_, done) = tokio::join!(
            async {
                while !services.chain_ends().is_behind(MUCH, 1) {
                    tokio::task::yield_now().await;
                }
                stop.cancel();
            },
            seal_round(&services, &stop, |_| false)
        );
        let (sealed, _) = done.unwrap();
        assert!((200..4_000).contains(&sealed), "{sealed}");
    }
}

//! Entries get their place in the chain: in the order (time, id), by one sealer of a workspace at a time.

use super::{
    chain::{Ends, Key, Link, Row, SALT},
    head, key,
    record::PROOF,
};
use crate::{
    Error, Result, Services,
    db::{Conn, Tx, system},
    sql,
    vault::{Kind, OpenError},
};
use domain::{
    id::WorkspaceId,
    time::{MINUTE, Millis},
};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use uuid::Uuid;

const UNSEALED: &str =
    "SELECT at, id, actor_kind, member_id, token_id, action, resource_kind, resource_id, was, became,
    about, address, agent, unproven, position, salt, mac, erased_at, personal_digest, erasure
    FROM audit_entries WHERE workspace_id = $1 AND position IS NULL ORDER BY at, id LIMIT $2";
const PROOFS: &str = "SELECT id, at, proof FROM audit_entries
    WHERE workspace_id = $1 AND position IS NULL ORDER BY at, id LIMIT $2";
const SEAL: &str = "UPDATE audit_entries SET position = $4, salt = $5, mac = $6, unproven = $7, proof = NULL
    WHERE workspace_id = $1 AND at = $2 AND id = $3 AND position IS NULL";

/// A proof under a master key that this process does not hold may be of one that is being rotated: somebody who holds it has
/// this long to seal it.
const PATIENCE: Millis = 10 * MINUTE;
/// In small pieces: on SQLite everybody else waits meanwhile.
const AT_ONCE: i64 = 200;

/// The text of the error when a chain cannot go on because its end is not as it was left.
const LOST: &str = "the end of the audit chain was changed or removed: nothing is sealed until it is restored";

const KEYLESS: &str = "the key of the audit chain is gone: nothing is sealed until it is restored";

/// Seals what waits for it, in every workspace and in the installation's own chain; returns how many entries.
///
/// An entry of a transaction that took long gets the next place after those that overtook it: a place says when an entry came
/// to be seen, `at` says when it was made.
///
/// # Errors
/// When the database fails. A workspace whose chain cannot go on does not keep others waiting.
pub async fn seal(services: &Services) -> Result<u64> {
    Ok(seal_all(services, |_| false).await?.0)
}

/// The same but for workspaces that are passed over; also those where it did not work, and why.
pub(super) async fn seal_all(
    services: &Services,
    pass_over: impl Fn(WorkspaceId) -> bool,
) -> Result<(u64, Vec<(WorkspaceId, Error)>)> {
    let waiting = {
        let mut read = services.db().read().await?;
        system::unsealed_workspaces(read.conn()).await?
    };
    let (mut sealed, mut failed) = (0, Vec::new());
    for workspace in waiting.into_iter().map(WorkspaceId).filter(|workspace| !pass_over(*workspace)) {
        match seal_workspace(services, workspace).await {
            Ok(count) => sealed += count,
            Err(error) => failed.push((workspace, error)),
        }
    }
    Ok((sealed, failed))
}

/// The same for one workspace.
pub(super) async fn seal_workspace(services: &Services, workspace: WorkspaceId) -> Result<u64> {
    let (mut sealed, mut overtaken) = (0, false);
    loop {
        // Opened outside of the transaction: a key provider may be far away.
        let key = key::load(services, workspace).await?;
        let proofs = proofs(services, workspace).await?;
        let mut tx = services.db().begin().await?;
        let done = piece(services, &mut tx, key, workspace, &proofs).await?;
        tx.commit().await?;
        match done {
            Some((count, position)) => {
                services.chain_ends().note(workspace, position);
                sealed += count;
                if count < AT_ONCE.unsigned_abs() {
                    return Ok(sealed);
                }
            }
            None if overtaken => return Err(Error::Internal(KEYLESS.to_owned())),
            None => overtaken = true,
        }
    }
}

/// What the entries that are to be sealed next were when they were written, by id; `None` of one that proves nothing.
type Proofs = HashMap<Uuid, Option<SecretString>>;

async fn proofs(services: &Services, workspace: WorkspaceId) -> Result<Proofs> {
    let rows = {
        let mut read = services.db().read().await?;
        sql!(all(Uuid, Millis, Option<Vec<u8>>), read.conn(), PROOFS, workspace.0, AT_ONCE)?
    };
    let now = services.clock().now();
    let mut proofs = HashMap::with_capacity(rows.len());
    for (id, at, proof) in rows {
        let opened = match proof {
            None => None,
            Some(proof) => match services.vault().open(workspace, Kind::AuditEntry, PROOF, &proof).await {
                Ok(digest) => Some(digest),
                Err(OpenError::Unavailable(_)) => return Err(Error::Unavailable),
                Err(OpenError::OtherKey(_)) if (at - now).abs() < PATIENCE => continue,
                Err(_) => None,
            },
        };
        proofs.insert(id, opened);
    }
    Ok(proofs)
}

/// Seals the next entries; `None` when the chain has begun and its key is not known.
async fn piece(
    services: &Services,
    tx: &mut Tx,
    known: Option<Key>,
    workspace: WorkspaceId,
    proofs: &Proofs,
) -> Result<Option<(u64, i64)>> {
    let now = services.clock().now();
    let Some((key, mut ends)) = lock(services, tx.conn(), known, workspace, now).await? else {
        return Ok(None);
    };
    // An old head and its signature may have been put back, and what was sealed behind it taken out.
    if services.chain_ends().is_behind(workspace, ends.position) {
        return Err(Error::Internal(LOST.to_owned()));
    }
    let rows: Vec<Row> = sql!(all Row, tx.conn(), UNSEALED, workspace.0, AT_ONCE)?;
    let mut sealed = 0;
    for mut row in rows {
        // What came meanwhile, or waits for another process, has its turn later.
        let Some(proof) = proofs.get(&row.id) else { continue };
        let written = row.digest_as_written(workspace);
        row.unproven = proof.as_ref().is_none_or(|proof| proof.expose_secret() != written);
        if row.unproven {
            tracing::error!(%workspace, entry = %row.id, "an audit entry was not written by Parlance");
        }
        ends.position += 1;
        let mut salt = [0; SALT];
        rand::rng().fill_bytes(&mut salt);
        let digest = row.digest(workspace, &row.personal_digest(&salt));
        ends.mac = key.link(&ends.mac, ends.position, &digest);
        place(tx.conn(), workspace, &row, &ends, &salt).await?;
        sealed += 1;
    }
    if sealed > 0 {
        head::set(tx.conn(), &key, workspace, &ends).await?;
    }
    Ok(Some((sealed, ends.position)))
}

/// Takes the chain for this transaction; begins it where there is none. `None` when somebody else did just now.
async fn lock(
    services: &Services,
    mut conn: Conn<'_>,
    known: Option<Key>,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<Option<(Key, Ends)>> {
    let key = match known {
        Some(key) => key,
        None => {
            // The lock of the head makes two beginners wait for each other; who comes second finds the other's key next time.
            if !head::reserve(conn.again(), workspace, now).await? {
                return Ok(None);
            }
            let key = key::create(services, conn.again(), workspace, now).await?;
            head::begin(conn.again(), &key, workspace).await?;
            key
        }
    };
    match head::lock(conn, &key, workspace, now).await? {
        Some(head) if head.genuine => Ok(Some((key, head.ends))),
        // The key is made together with the chain: where there is one, there was the other.
        _ => Err(Error::Internal(LOST.to_owned())),
    }
}

async fn place(conn: Conn<'_>, workspace: WorkspaceId, row: &Row, ends: &Ends, salt: &[u8]) -> Result<()> {
    let mac: &Link = &ends.mac;
    match sql!(exec conn, SEAL, workspace.0, row.at, row.id, ends.position, salt, mac.as_slice(), row.unproven)? {
        1 => Ok(()),
        _ => Err(Error::Internal(format!("audit entry {} was sealed by somebody else", row.id))),
    }
}

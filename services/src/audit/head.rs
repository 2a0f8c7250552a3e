//! Both ends of a chain, as stored.

use super::chain::{Ends, Key, Link};
use crate::{Error, Result, db::Conn, sql};
use domain::{id::WorkspaceId, time::Millis};

/// Keeps the place until the key is there; whoever comes second waits here and finds it taken.
const RESERVE: &str = "INSERT INTO audit_heads
    (workspace_id, position, mac, anchor_position, anchor_mac, signature, sealed_at)
    VALUES ($1, 0, $2, 0, $2, $2, $3) ON CONFLICT (workspace_id) DO NOTHING";
/// Locks the row by writing it: one sealer at a time, on either engine.
const LOCK: &str = "UPDATE audit_heads SET sealed_at = $2 WHERE workspace_id = $1
    RETURNING position, mac, anchor_position, anchor_mac, signature";
const FIND: &str =
    "SELECT position, mac, anchor_position, anchor_mac, signature FROM audit_heads WHERE workspace_id = $1";
const MOVE: &str =
    "UPDATE audit_heads SET position = $2, mac = $3, anchor_position = $4, anchor_mac = $5, signature = $6
    WHERE workspace_id = $1";
const CHECKED: &str =
    "UPDATE audit_heads SET checked_at = $2, checked_position = $3, problem = $4 WHERE workspace_id = $1";

#[derive(sqlx::FromRow)]
struct Record {
    position: i64,
    mac: Vec<u8>,
    anchor_position: i64,
    anchor_mac: Vec<u8>,
    signature: Vec<u8>,
}

/// The stored ends, and whether they are signed with the key.
pub(super) struct Head {
    pub ends: Ends,
    pub genuine: bool,
}

/// Whether it is for the caller to begin the chain, in this transaction.
pub(super) async fn reserve(conn: Conn<'_>, workspace: WorkspaceId, now: Millis) -> Result<bool> {
    let nothing: &[u8] = &[];
    Ok(sql!(exec conn, RESERVE, workspace.0, nothing, now)? == 1)
}

/// Begins the chain that was reserved.
pub(super) async fn begin(conn: Conn<'_>, key: &Key, workspace: WorkspaceId) -> Result<()> {
    let mac = key.genesis(workspace);
    set(conn, key, workspace, &Ends { position: 0, mac, anchor_position: 0, anchor_mac: mac }).await
}

/// Keeps other sealers of the workspace out until the transaction ends.
pub(super) async fn lock(conn: Conn<'_>, key: &Key, workspace: WorkspaceId, now: Millis) -> Result<Option<Head>> {
    let record = sql!(opt Record, conn, LOCK, workspace.0, now)?;
    Ok(record.map(|record| head(key, workspace, record)))
}

pub(super) async fn find(conn: Conn<'_>, key: &Key, workspace: WorkspaceId) -> Result<Option<Head>> {
    let record = sql!(opt Record, conn, FIND, workspace.0)?;
    Ok(record.map(|record| head(key, workspace, record)))
}

fn head(key: &Key, workspace: WorkspaceId, record: Record) -> Head {
    // What has another length was changed; the signature then does not match.
    let link = |bytes: Vec<u8>| Link::try_from(bytes).unwrap_or_default();
    let ends = Ends {
        position: record.position,
        mac: link(record.mac),
        anchor_position: record.anchor_position,
        anchor_mac: link(record.anchor_mac),
    };
    Head { genuine: key.signed(workspace, &ends, &record.signature), ends }
}

/// Signs and stores new ends; the caller holds the lock.
pub(super) async fn set(conn: Conn<'_>, key: &Key, workspace: WorkspaceId, ends: &Ends) -> Result<()> {
    let signature = key.sign(workspace, ends);
    let (mac, anchor_mac) = (ends.mac.as_slice(), ends.anchor_mac.as_slice());
    let ws = workspace.0;
    match sql!(exec conn, MOVE, ws, ends.position, mac, ends.anchor_position, anchor_mac, signature.as_slice())? {
        1 => Ok(()),
        _ => Err(Error::Internal(format!("the audit chain of workspace {workspace} has lost its end"))),
    }
}

/// Notes what a check found.
pub(super) async fn checked(
    conn: Conn<'_>,
    workspace: WorkspaceId,
    now: Millis,
    position: i64,
    problem: Option<&str>,
) -> Result<()> {
    sql!(exec conn, CHECKED, workspace.0, now, position, problem)?;
    Ok(())
}

//! Both ends of a chain, as stored.

use super::chain::{Checked, Ends, Key, Link};
use crate::{Error, Result, db::Conn, sql};
use domain::{id::WorkspaceId, time::Millis};

const BEGIN: &str = "INSERT INTO audit_heads
    (workspace_id, position, mac, anchor_position, anchor_mac, kept_days, signature, sealed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id) DO NOTHING";
/// Locks the row by writing it: one sealer at a time, on either engine.
const LOCK: &str = "UPDATE audit_heads SET sealed_at = $2 WHERE workspace_id = $1
    RETURNING position, mac, anchor_position, anchor_mac, kept_days, signature";
const FIND: &str =
    "SELECT position, mac, anchor_position, anchor_mac, kept_days, signature FROM audit_heads WHERE workspace_id = $1";
const POSITION: &str = "SELECT position FROM audit_heads WHERE workspace_id = $1";
const MOVE: &str = "UPDATE audit_heads
    SET position = $2, mac = $3, anchor_position = $4, anchor_mac = $5, kept_days = $6, signature = $7
    WHERE workspace_id = $1";
const CHECKED: &str = "UPDATE audit_heads
    SET checked_at = $2, checked_position = $3, problem = $4, check_signature = $5 WHERE workspace_id = $1";
const LAST_CHECK: &str = "SELECT checked_at, checked_position, problem, check_signature FROM audit_heads
    WHERE workspace_id = $1 AND (checked_at IS NOT NULL OR problem IS NOT NULL)";

#[derive(sqlx::FromRow)]
struct Record {
    position: i64,
    mac: Vec<u8>,
    anchor_position: i64,
    anchor_mac: Vec<u8>,
    kept_days: Option<i64>,
    signature: Vec<u8>,
}

/// The stored ends, and whether they are signed with the key.
pub(super) struct Head {
    pub ends: Ends,
    pub genuine: bool,
}

/// Stores the ends of a chain that begins; `false` when there are some already.
pub(super) async fn begin(conn: Conn<'_>, key: &Key, workspace: WorkspaceId, ends: &Ends, now: Millis) -> Result<bool> {
    let signature = key.sign(workspace, ends);
    let (ws, mac, anchor_mac) = (workspace.0, ends.mac.as_slice(), ends.anchor_mac.as_slice());
    let (anchor, days) = (ends.anchor_position, ends.kept_days);
    Ok(sql!(exec conn, BEGIN, ws, ends.position, mac, anchor, anchor_mac, days, signature.as_slice(), now)? == 1)
}

/// How far a chain goes as it says itself; `None` where there is none.
pub(super) async fn position(conn: Conn<'_>, workspace: WorkspaceId) -> Result<Option<i64>> {
    Ok(sql!(scalar_opt i64, conn, POSITION, workspace.0)?)
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
        kept_days: record.kept_days,
    };
    Head { genuine: key.signed(workspace, &ends, &record.signature), ends }
}

/// Signs and stores new ends; the caller holds the lock.
pub(super) async fn set(conn: Conn<'_>, key: &Key, workspace: WorkspaceId, ends: &Ends) -> Result<()> {
    let signature = key.sign(workspace, ends);
    let (mac, anchor_mac) = (ends.mac.as_slice(), ends.anchor_mac.as_slice());
    let (ws, anchor, days) = (workspace.0, ends.anchor_position, ends.kept_days);
    match sql!(exec conn, MOVE, ws, ends.position, mac, anchor, anchor_mac, days, signature.as_slice())? {
        1 => Ok(()),
        _ => Err(Error::Internal(format!("the audit chain of workspace {workspace} has lost its end"))),
    }
}

/// Notes what a check found.
pub(super) async fn checked(conn: Conn<'_>, key: &Key, workspace: WorkspaceId, check: &Checked) -> Result<()> {
    let (ws, problem, signature) = (workspace.0, check.problem.as_deref(), key.sign_check(workspace, check));
    sql!(exec conn, CHECKED, ws, check.at, check.position, problem, signature.as_slice())?;
    Ok(())
}

/// What is stored of the last check; `Some(None)` when somebody else wrote it.
pub(super) async fn last_check(conn: Conn<'_>, key: &Key, workspace: WorkspaceId) -> Result<Option<Option<Checked>>> {
    let row = sql!(opt(Option<Millis>, Option<i64>, Option<String>, Option<Vec<u8>>), conn, LAST_CHECK, workspace.0)?;
    Ok(row.map(|(at, position, problem, signature)| {
        let check = Checked { at: at?, position: position?, problem };
        key.signed_check(workspace, &check, &signature?).then_some(check)
    }))
}

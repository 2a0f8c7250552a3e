//! A chain begins with its workspace: one that is not there was taken away.

use super::{
    chain::{Ends, Key},
    head, key,
};
use crate::{Error, Result, Services, db::Conn, sql};
use domain::{id::WorkspaceId, time::Millis};

const LATER: &str = "INSERT INTO audit_unbegun (workspace_id) VALUES ($1)";
const MAY: &str = "SELECT EXISTS (SELECT 1 FROM audit_unbegun WHERE workspace_id = $1)";
const TAKE: &str = "DELETE FROM audit_unbegun WHERE workspace_id = $1";

/// Days that a workspace keeps its entries at first, and the installation always.
pub(super) const FIRST_DAYS: i64 = 90;

/// Begins the chain of a workspace, in the transaction that makes the workspace. Where nobody keeps the master key, as in a
/// command that was started without one, the first process that holds it does so.
pub(crate) async fn begin(services: &Services, conn: Conn<'_>, workspace: WorkspaceId, now: Millis) -> Result<()> {
    if services.vault().is_unkept() {
        sql!(exec conn, LATER, workspace.0)?;
        return Ok(());
    }
    start(services, conn, workspace, now).await.map(drop)
}

/// Begins a chain that may still begin; `None` when it may not, or when somebody else did just now.
pub(super) async fn late(
    services: &Services,
    mut conn: Conn<'_>,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<Option<Key>> {
    // Two who come at once wait for each other here.
    if services.vault().is_unkept() || sql!(exec conn.again(), TAKE, workspace.0)? == 0 {
        return Ok(None);
    }
    tracing::warn!(%workspace, "the audit chain begins now: until now the workspace had none");
    start(services, conn, workspace, now).await.map(Some)
}

/// Whether a chain that is not there may begin.
pub(super) async fn may(conn: Conn<'_>, workspace: WorkspaceId) -> Result<bool> {
    Ok(sql!(scalar bool, conn, MAY, workspace.0)?)
}

async fn start(services: &Services, mut conn: Conn<'_>, workspace: WorkspaceId, now: Millis) -> Result<Key> {
    let key = key::create(services, conn.again(), workspace, now).await?;
    let mac = key.genesis(workspace);
    let ends = Ends { position: 0, mac, anchor_position: 0, anchor_mac: mac, kept_days: Some(FIRST_DAYS) };
    if !head::begin(conn, &key, workspace, &ends, now).await? {
        return Err(Error::Internal(format!("workspace {workspace} has the end of an audit chain and no key")));
    }
    Ok(key)
}

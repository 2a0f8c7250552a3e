//! Entries that were kept long enough go, oldest first; the place from which the chain goes on is signed.

use super::{chain::Link, check, head, key};
use crate::{
    Error, Result, Services,
    db::system::{self, Audited},
    sql,
};
use domain::{
    id::WorkspaceId,
    team::Settings,
    time::{DAY, Millis},
};

const OLDEST: &str = "SELECT position, at, mac FROM audit_entries WHERE workspace_id = $1 AND position > $2
    ORDER BY position LIMIT $3";
const REMOVE: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND position > $2 AND position <= $3";

/// Days for which entries of the installation itself are kept.
const SYSTEM_DAYS: i64 = 90;
/// In small pieces: on SQLite everybody else waits meanwhile.
const AT_ONCE: i64 = 500;

/// Once a day for each chain: checks it, then removes what was kept long enough. A broken chain is kept whole, as evidence.
///
/// # Errors
/// When the database fails.
pub async fn daily(services: &Services) -> Result<()> {
    let now = services.clock().now();
    for chain in chains(services).await? {
        let workspace = WorkspaceId(chain.workspace_id);
        // A check that lies in the future never was.
        if chain.checked_at.is_some_and(|at| at <= now && at + DAY > now) {
            continue;
        }
        // Whoever can write to the database does not shorten this below what the settings take.
        let kept = Settings::AUDIT_DAYS;
        let days = chain.audit_days.unwrap_or(SYSTEM_DAYS).clamp(*kept.start(), *kept.end());
        match check::check(services, chain).await {
            Ok(true) => {
                let gone = purge(services, workspace, now - days * DAY).await?;
                tracing::info!(%workspace, gone, "audit entries that were kept long enough are gone");
            }
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, %workspace, "the audit chain could not be checked; it is tried again")
            }
        }
    }
    Ok(())
}

async fn chains(services: &Services) -> Result<Vec<Audited>> {
    let mut read = services.db().read().await?;
    Ok(system::audited_workspaces(read.conn()).await?)
}

/// Removes entries made before a moment, up to the first that is younger; returns how many went.
async fn purge(services: &Services, workspace: WorkspaceId, before: Millis) -> Result<u64> {
    let Some(key) = key::load(services, workspace).await? else { return Ok(0) };
    let mut gone = 0;
    loop {
        let mut tx = services.db().begin().await?;
        let Some(head) = head::lock(tx.conn(), &key, workspace, services.clock().now()).await? else { return Ok(gone) };
        if !head.genuine {
            return Err(Error::Internal(format!("the audit chain of workspace {workspace} has lost its end")));
        }
        let mut ends = head.ends;
        let anchor = ends.anchor_position;
        let oldest = sql!(all(i64, Millis, Vec<u8>), tx.conn(), OLDEST, workspace.0, anchor, AT_ONCE)?;
        for (position, at, mac) in oldest {
            if at >= before {
                break;
            }
            ends.anchor_position = position;
            ends.anchor_mac =
                Link::try_from(mac).map_err(|_| Error::Internal(format!("audit entry #{position} has no link")))?;
        }
        if ends.anchor_position == anchor {
            return Ok(gone);
        }
        gone += sql!(exec tx.conn(), REMOVE, workspace.0, anchor, ends.anchor_position)?;
        head::set(tx.conn(), &key, workspace, &ends).await?;
        tx.commit().await?;
    }
}

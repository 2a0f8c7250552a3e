//! Entries that were kept long enough go, oldest first; the place from which the chain goes on is signed.

use super::{
    chain::{Ends, Key, Link},
    check, head, key,
};
use crate::{
    Error, Result, Services,
    db::{Conn, system::Audited},
    sql,
};
use domain::{
    id::WorkspaceId,
    team::Settings,
    time::{DAY, Millis},
};

const OLDEST: &str = "SELECT position, at, mac, unproven FROM audit_entries WHERE workspace_id = $1 AND position > $2
    ORDER BY position LIMIT $3";
const REMOVE: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND position > $2 AND position <= $3";

/// In small pieces: on SQLite everybody else waits meanwhile.
const AT_ONCE: i64 = 500;

/// Once a day for each chain: checks it, then removes what was kept long enough. A broken chain is kept whole, as evidence.
///
/// # Errors
/// When the database fails.
pub async fn daily(services: &Services) -> Result<()> {
    for chain in check::chains(services).await? {
        let workspace = WorkspaceId(chain.workspace_id);
        if let Err(error) = one(services, chain).await {
            tracing::error!(%error, %workspace, "the audit chain could not be checked; it is tried again");
        }
    }
    Ok(())
}

async fn one(services: &Services, chain: Audited) -> Result<()> {
    let (now, workspace) = (services.clock().now(), WorkspaceId(chain.workspace_id));
    let key = key::load(services, workspace).await?;
    // A check that lies in the future never was.
    let last = check::last(services, workspace, key.as_ref()).await?;
    if last.is_some_and(|check| check.at <= now && check.at + DAY > now) {
        return Ok(());
    }
    let report = check::check(services, chain, key.as_ref()).await?;
    let (true, Some(key), Some(retention)) = (report.is_whole(), key, report.retention) else { return Ok(()) };
    // Whoever can write to the database does not shorten this below what the settings take.
    let kept = Settings::AUDIT_DAYS;
    let days = retention.longest.clamp(*kept.start(), *kept.end());
    let gone = Purge { services, key, workspace, before: now - days * DAY, now, days: retention.days }.run().await?;
    tracing::info!(%workspace, gone, "audit entries that were kept long enough are gone");
    Ok(())
}

/// Removes entries made before a moment, up to the first that is younger.
struct Purge<'a> {
    services: &'a Services,
    key: Key,
    workspace: WorkspaceId,
    before: Millis,
    now: Millis,
    /// What is signed as the retention.
    days: i64,
}

/// How far a look at the oldest entries came.
struct Looked {
    /// The last of them that may go, and its link.
    goes: Option<(i64, Link)>,
    /// Where to look on; `None` at the first that stays.
    on: Option<i64>,
}

impl Purge<'_> {
    /// How many went.
    async fn run(&self) -> Result<u64> {
        let (mut gone, mut from) = (0, None);
        loop {
            let mut tx = self.services.db().begin().await?;
            let Some(head) = head::lock(tx.conn(), &self.key, self.workspace, self.now).await? else { return Ok(gone) };
            if !head.genuine {
                return Err(Error::Internal(format!(
                    "the audit chain of workspace {} has lost its end",
                    self.workspace
                )));
            }
            let anchor = head.ends.anchor_position;
            let looked = self.look(tx.conn(), from.unwrap_or(anchor)).await?;
            if let Some((anchor_position, anchor_mac)) = looked.goes {
                gone += sql!(exec tx.conn(), REMOVE, self.workspace.0, anchor, anchor_position)?;
                let ends = Ends { anchor_position, anchor_mac, kept_days: Some(self.days), ..head.ends };
                head::set(tx.conn(), &self.key, self.workspace, &ends).await?;
                tx.commit().await?;
            }
            if looked.on.is_none() {
                return Ok(gone);
            }
            from = looked.on;
        }
    }

    async fn look(&self, conn: Conn<'_>, from: i64) -> Result<Looked> {
        let oldest = sql!(all(i64, Millis, Vec<u8>, bool), conn, OLDEST, self.workspace.0, from, AT_ONCE)?;
        let mut looked = Looked { goes: None, on: None };
        let full = oldest.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        for (position, at, mac, unproven) in oldest {
            if at < self.before {
                let mac =
                    Link::try_from(mac).map_err(|_| Error::Internal(format!("audit entry #{position} has no link")))?;
                looked.goes = Some((position, mac));
            } else if at <= self.now && !unproven {
                return Ok(Looked { on: None, ..looked });
            }
            // A time that lies ahead, or that nobody vouches for, keeps nothing: it goes with what stands behind it.
            looked.on = full.then_some(position);
        }
        Ok(looked)
    }
}

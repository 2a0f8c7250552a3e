use super::{
    candidate::Verdict,
    claim,
    outcome::Aftermath,
    park::Parks,
    settle,
    store::{self, Changes},
};
use crate::{Result, Services, db::Db};
use domain::time::Millis;
use futures::StreamExt;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Workspaces that are written at the same time on PostgreSQL.
const PARALLEL: usize = 2;

/// Messages whose process is gone become unconfirmed; those that Meta did not confirm in time are given up or sent once more.
pub(super) async fn close(services: &Services, open: Vec<(Uuid, Uuid)>, heard: bool, now: Millis) {
    let mut of: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (workspace, message) in open {
        of.entry(workspace).or_default().push(message);
    }
    let parallel = if matches!(services.db(), Db::Sqlite(_)) { 1 } else { PARALLEL };
    futures::stream::iter(of)
        .for_each_concurrent(parallel, |(workspace, ids)| async move {
            // One workspace's trouble is not everybody's.
            if let Err(error) = close_in(services, workspace, &ids, heard, now).await {
                tracing::error!(%error, "what became of messages of a workspace could not be written; trying again");
            }
        })
        .await;
}

async fn close_in(services: &Services, workspace: Uuid, ids: &[Uuid], heard: bool, now: Millis) -> Result<()> {
    let mut tx = services.db().begin().await?;
    store::lock(&mut tx, workspace, ids).await?;
    let found = store::candidates(&mut tx, workspace, ids).await?;
    let conversations: Vec<Uuid> = found.iter().map(|c| c.target.message.conversation_id).collect();
    let rows = store::rows(&mut tx, workspace, &conversations).await?;
    let (mut changes, mut after) = (Changes::default(), Aftermath::default());
    for c in found {
        let Some(row) = rows.get(&c.target.message.conversation_id) else { continue };
        match c.judge(row, true, heard, &Parks::default(), now) {
            verdict @ (Verdict::Interrupted | Verdict::GivenUp | Verdict::Settled) => {
                claim::close(services, c, row, verdict, now, &mut changes, &mut after);
            }
            // A lease that ran out and holds nothing back.
            _ if c.lease_until.is_some_and(|until| until > 0 && until <= now) => {
                changes.kept.push((c.id(), c.due_at.unwrap_or(now), c.stalled_at));
            }
            _ => {}
        }
    }
    settle::clear_up(services, &mut tx, workspace, after, now).await?;
    let changed = !changes.is_empty();
    let seq = changes.write(&mut tx, workspace, now).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    if changed {
        // What is sent once more, and what waited behind it, has its turn.
        services.wakes().wake_outbox();
    }
    Ok(())
}

use super::{
    outcome::{self, Aftermath},
    settle,
    store::{self, Changes},
};
use crate::{
    Result, Services,
    db::{Tx, system},
    receipts,
};
use domain::time::Millis;
use uuid::Uuid;

/// Messages that are held in one step.
const PAGE: i64 = 200;

/// After a restore: whatever waits in the outbox of a workspace is held for a person, since it may have gone out after
/// the backup was made. Returns how many messages that were.
pub(crate) async fn hold_restored(services: &Services, tx: &mut Tx, workspace: Uuid, now: Millis) -> Result<u64> {
    receipts::forget(tx.conn(), workspace).await?;
    let (mut held, mut after_id) = (0, Uuid::nil());
    loop {
        let ids = system::waiting_messages(tx.conn(), workspace, after_id, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(held) };
        after_id = *last;
        store::lock(tx, workspace, &ids).await?;
        let (mut changes, mut after) = (Changes::default(), Aftermath::default());
        for c in store::candidates(tx, workspace, &ids).await? {
            if c.status().in_outbox() {
                held += 1;
                outcome::restored(c, now, &mut changes, &mut after);
            }
        }
        // Also what was settled and stood there still.
        changes.out = ids;
        settle::clear_up(services, tx, workspace, after, now).await?;
        changes.write(tx, workspace, now).await?;
    }
}

use super::{Item, Step};
use crate::{Result, clock::new_id, send, sql, templates};

const KEEP: &str = "INSERT INTO platform_events (id, workspace_id, delivery_key, what, raw, received_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (delivery_key) DO NOTHING";

/// Keeps what nothing understands yet, as it came.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>]) -> Result<()> {
    for item in items {
        for (k, other) in (item.first_other..).zip(item.others) {
            let key = format!("{}/{k}", item.key);
            let (id, at) = (new_id(), item.received_at);
            let new = sql!(exec step.tx.conn(), KEEP, id, step.workspace, &key, &other.what, &other.raw, at)?;
            // Once: a body that is redelivered days later is no news.
            if new > 0 {
                let (what, raw) = (other.what.as_str(), other.raw.as_str());
                step.queued |=
                    send::account_news(step.services, step.tx, step.workspace, (item.waba, what, raw), step.now)
                        .await?;
                templates::noticed(step.tx.conn(), step.workspace, &other.what, &other.raw, step.now).await?;
            }
        }
    }
    Ok(())
}

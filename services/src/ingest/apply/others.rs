use super::{Item, Step, files};
use crate::{Result, alerts, clock::new_id, send, sql, templates};
use domain::{
    alert::{Kind, NewAlert, Severity},
    meta::webhook::{DECLINED, FILE, file},
};
use uuid::Uuid;

const KEEP: &str = "INSERT INTO platform_events (id, workspace_id, delivery_key, what, raw, received_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (delivery_key) DO NOTHING";

/// Keeps what nothing understands yet, as it came.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>]) -> Result<()> {
    for item in items {
        for (k, other) in (item.first_other..).zip(item.others) {
            let mut key = format!("{}/{k}", item.key);
            let number = item.number.as_ref().map(|number| (number.brief.id.0, number.brief.name.as_str()));
            if other.what == FILE
                && let (Some((number, _)), Some(file)) = (number, file(&other.raw))
            {
                key = files::key(number, &file.wamid);
            }
            let (id, at) = (new_id(), item.received_at);
            let new = sql!(exec step.tx.conn(), KEEP, id, step.workspace, &key, &other.what, &other.raw, at)?;
            // Once: a body that is redelivered days later is no news.
            if new > 0 {
                let (what, raw) = (other.what.as_str(), other.raw.as_str());
                match (what, number) {
                    (FILE, Some((number, _))) => files::fill(step, number, raw).await?,
                    (DECLINED, Some(number)) => declined(step, number).await?,
                    _ => {}
                }
                step.queued |=
                    send::account_news(step.services, step.tx, step.workspace, (item.waba, what, raw), step.now)
                        .await?;
                templates::noticed(step.tx.conn(), step.workspace, &other.what, &other.raw, step.now).await?;
            }
        }
    }
    Ok(())
}

/// The business does not share what was written before. Nothing is broken; somebody may be waiting for it.
async fn declined(step: &mut Step<'_>, (number, name): (Uuid, &str)) -> Result<()> {
    let alert = NewAlert {
        kind: Kind::QualityDropped,
        severity: Severity::Low,
        title: format!("{name}: earlier messages were not handed over"),
        body: "Sharing the history is turned off in the WhatsApp Business app, so conversations begin with the day on which \
            the number was connected. To have it, disconnect the number in the app, connect it again within it, and allow \
            sharing when it asks."
            .to_owned(),
        link: "settings".to_owned(),
        key: format!("history:{number}"),
    };
    alerts::raise(step.tx, step.workspace.into(), step.now, alert).await
}

use super::delivery;
use crate::{
    Result, Services, alerts,
    clock::new_id,
    ingest::{Claimed, Outcome, Routes},
    sql,
};
use domain::{
    alert::{self, NewAlert, Severity},
    id::WorkspaceId,
    text::storable,
    time::{HOUR, Millis},
};
use uuid::Uuid;

/// Tries are counted on when a delivery was retried by hand.
const NTH: &str = "SELECT COALESCE(MAX(nth), 0) + 1 FROM delivery_tries WHERE workspace_id = $1 AND delivery_id = $2";
const TRY: &str = "INSERT INTO delivery_tries (workspace_id, delivery_id, nth, at, said) VALUES ($1, $2, $3, $4, $5)";
const LETTER: &str =
    "INSERT INTO dead_letters (id, workspace_id, delivery_id, number_id, unreadable, reason, received_at, died_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (delivery_id, workspace_id) DO UPDATE SET
    unreadable = excluded.unreadable, reason = excluded.reason, died_at = excluded.died_at";
/// Reasons are for people; what a database says can be long.
const REASON_LIMIT: usize = 1_000;

/// A delivery whose try failed in a workspace.
pub(crate) struct Failed<'a> {
    pub delivery: &'a Claimed,
    pub workspace: Uuid,
    pub outcome: &'a Outcome,
    /// No try could have helped.
    pub unreadable: bool,
}

/// Keeps what came of a try that failed. When the delivery dies, its workspace gets a dead letter and, once an hour at most, an
/// alert. Written before the delivery is marked: a crash in between leaves a letter that no list shows and another try.
///
/// # Errors
/// When the database cannot be written; then the delivery must not be given up.
pub(crate) async fn note(services: &Services, routes: &Routes, failed: &Failed<'_>, now: Millis) -> Result<()> {
    let Failed { delivery, workspace, outcome, unreadable } = *failed;
    let Some(reason) = outcome.reason() else { return Ok(()) };
    let reason: String = super::mask::mask_text(&storable(reason)).chars().take(REASON_LIMIT).collect();
    let mut tx = services.db().begin().await?;
    let nth = sql!(scalar i64, tx.conn(), NTH, workspace, delivery.id)?;
    sql!(exec tx.conn(), TRY, workspace, delivery.id, nth, now, reason.as_str())?;
    if matches!(outcome, Outcome::Dead { .. }) {
        let number = delivery::number(&delivery.body, workspace, routes);
        sql!(exec tx.conn(), LETTER, new_id(), workspace, delivery.id, number, unreadable, reason.as_str(),
            delivery.received_at, now)?;
        alerts::raise(&mut tx, WorkspaceId(workspace), now, given_up(now)).await?;
    }
    Ok(tx.commit().await?)
}

/// One alert for a workspace and an hour.
fn given_up(now: Millis) -> NewAlert {
    NewAlert {
        kind: alert::Kind::DeadLetters,
        severity: Severity::Medium,
        title: "Deliveries were given up".to_owned(),
        body: "Something that Meta sent could not be processed: a customer's message may be missing. Each delivery says why, \
               and can be processed again."
            .to_owned(),
        link: "dead-letters".to_owned(),
        key: format!("dead-deliveries:{}", now / HOUR),
    }
}

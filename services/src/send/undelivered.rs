//! Messages that Meta took and reports since as failed, for a reason that passes: they are tried again, under a new wamid.

use super::{
    Candidate,
    outcome::{self, Aftermath},
    retry_now::BACK,
    settle,
    store::{self, Changes, NewAttempt},
};
use crate::{Result, Services, db::Tx, ingest::Target, sql};
use domain::{
    backoff::{REFUSED, send_wait},
    inbox::Event,
    message::{Kind, Origin, Status},
    meta::{
        codes::{self, Class},
        webhook::StatusUpdate,
    },
    text::storable,
    time::{DAY, Millis},
};
use rand::Rng;
use std::collections::HashMap;
use uuid::Uuid;

/// Meta repeats a report for a week at most.
const REMEMBERED: Millis = 8 * DAY;

const REMEMBER: &str = "INSERT INTO parked_statuses
    (workspace_id, number_id, wamid, status, at, error_code, error_text, expires_at)
    VALUES ($1, $2, $3, 'failed', $4, $5, $6, $7) ON CONFLICT (number_id, wamid, status) DO NOTHING";
const OVER: &str = "SELECT COUNT(*) FROM parked_statuses
    WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3 AND status = 'failed'";

/// Whether a later message of its conversation has gone out.
const PASSED: &str =
    "SELECT COUNT(*) FROM (SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND at > $3
    AND direction = 'out' AND kind <> 'reaction' AND status_rank >= $4 LIMIT 1) AS later";

/// Whether a report says that a message failed for a reason that passes: Meta was busy, or had trouble of its own.
pub(crate) fn passes(update: &StatusUpdate) -> bool {
    update.status == Status::Failed && update.error.as_ref().is_some_and(|(code, _)| class_passes(*code).is_some())
}

/// Whether a message stands as failed for such a reason, and is ours to try again. A reaction is not: WhatsApp keeps the last one
/// that it gets, and a newer one may be there already.
pub(crate) fn comes_back(target: &Target) -> bool {
    let message = &target.message;
    Status::parse(&message.status) == Status::Failed
        && message.kind != Kind::Reaction.as_str()
        && Origin::parse(&message.origin) == Origin::Api
        && target.error_code.is_some_and(|code| class_passes(code).is_some())
}

/// What the record of tries says of it.
fn class_passes(code: i64) -> Option<&'static str> {
    match codes::classify(code, 0, false) {
        Class::NotTaken { .. } => Some("not_taken"),
        Class::RefusedForNow => Some("refused"),
        Class::Token | Class::Blocked(_) | Class::Permanent => None,
    }
}

/// Whether a report speaks of a try that has failed and was followed by another: it says nothing of that one, but that it
/// arrived after all.
pub(crate) async fn is_over(tx: &mut Tx, workspace: Uuid, target: &Target, update: &StatusUpdate) -> Result<bool> {
    let proof = matches!(update.status, Status::Delivered | Status::Read);
    if proof || target.wamid.is_some() {
        return Ok(false);
    }
    let wamid = update.wamid.as_str();
    Ok(sql!(scalar i64, tx.conn(), OVER, workspace, target.number_id, wamid)? > 0)
}

/// Puts them back into their places in the outbox, on the schedule of what Meta refuses, each report a try that is used up; what
/// has used up all of them, or was sent again as a new message, stays behind. Returns what everybody is to be told; the caller
/// wakes the sender after its commit.
pub(crate) async fn try_again(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    failed: Vec<Target>,
    now: Millis,
) -> Result<Vec<Event>> {
    if failed.is_empty() {
        return Ok(Vec::new());
    }
    let mut failed: HashMap<Uuid, Target> = failed.into_iter().map(|target| (target.message.id, target)).collect();
    let ids: Vec<Uuid> = failed.keys().copied().collect();
    let (mut changes, mut after) = (Changes::default(), Aftermath::default());
    for mut c in store::candidates(tx, workspace, &ids).await? {
        let Some(target) = failed.remove(&c.id()) else { continue };
        c.target = target;
        if c.sent_again {
            changes.out.push(c.id());
            changes.targets.push(c.target);
            continue;
        }
        if let Some(wamid) = c.target.wamid.take() {
            let (number, code, text) = (c.target.number_id, c.target.error_code, c.target.message.error_text.clone());
            sql!(exec tx.conn(), REMEMBER, workspace, number, wamid, now, code, text, now + REMEMBERED)?;
        }
        changes.attempts.push(reported(&c, now));
        let m = &mut c.target.message;
        m.tries += 1;
        let nth = u32::try_from(m.tries).unwrap_or(u32::MAX);
        let Some(wait) = send_wait(nth, rand::rng().random_range(0..=1_000)) else {
            outcome::used_up(c, now, &mut changes, &mut after);
            continue;
        };
        let due_at = now + wait.max(REFUSED);
        let (conversation, accepted) = (m.conversation_id, Status::Accepted.rank());
        m.overtaken |= sql!(scalar i64, tx.conn(), PASSED, workspace, conversation, m.at, accepted)? > 0;
        // The day among whose messages it was counted.
        let day = m.accepted_at.unwrap_or(now).div_euclid(DAY);
        // It went out in spite of an opt-out before it.
        let despite = c.opted_out_at.is_some_and(|at| m.at >= at);
        Status::RetryQueued.as_str().clone_into(&mut m.status);
        (m.accepted_at, m.sent_at, m.failed_at, m.next_try_at) = (None, None, None, Some(due_at));
        let marketing = c.marketing_template();
        sql!(exec tx.conn(), BACK, workspace, c.id(), due_at, marketing, day, despite, now)?;
        changes.kept.push((c.id(), due_at, c.stalled_at.or(Some(now))));
        changes.targets.push(c.target);
    }
    settle::clear_up(services, tx, workspace, after, now).await?;
    changes.apply(tx, workspace).await
}

fn reported(c: &Candidate, now: Millis) -> NewAttempt {
    let code = c.target.error_code;
    let said = c.target.message.error_text.clone().unwrap_or_default();
    NewAttempt {
        message: c.id(),
        nth: c.attempts + 1,
        started_at: now,
        ended_at: now,
        outcome: code.and_then(class_passes).unwrap_or("refused"),
        http: None,
        code,
        said: storable(&said),
    }
}

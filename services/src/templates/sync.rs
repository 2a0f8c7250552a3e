use super::listing::{self, Listed, NotListed};
use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    db::{Tx, system},
    live,
    queues::{Flow, Queue},
    sql,
    vault::{self, Kind, LoadError, Purpose},
};
use domain::{
    audit::Action,
    id::WorkspaceId,
    time::{HOUR, MINUTE, Millis},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// How long a list is believed without anybody asking.
const EVERY: Millis = HOUR;
/// Until a list that could not be fetched is asked for again.
const AGAIN: Millis = 5 * MINUTE;
/// How long fetching may take; after that somebody else may try.
const LEASE: Millis = 2 * MINUTE;

/// Accounts in one round.
const ROUND: i64 = 20;

const CLAIM: &str = "UPDATE template_syncs SET due_at = $4 WHERE workspace_id = $1 AND waba_id = $2 AND due_at <= $3";
// Whoever asked for it meanwhile is heard: then it is due as they said.
const DONE: &str = "UPDATE template_syncs SET synced_at = $4, problem = NULL,
    due_at = CASE WHEN due_at = $3 THEN $5 ELSE due_at END WHERE workspace_id = $1 AND waba_id = $2";
const FAILED: &str = "UPDATE template_syncs SET problem = $4,
    due_at = CASE WHEN due_at = $3 THEN $5 ELSE due_at END WHERE workspace_id = $1 AND waba_id = $2";
const FORGET: &str = "DELETE FROM template_syncs WHERE workspace_id = $1 AND waba_id = $2";
const NUMBERS: &str = "SELECT id FROM numbers WHERE workspace_id = $1 AND waba_id = $2 AND state = 'active'
    ORDER BY created_at, id";
const KNOWN: &str = "SELECT id, name, language, meta_id, category, status, components FROM templates
    WHERE workspace_id = $1 AND waba_id = $2";
const INSERT: &str = "INSERT INTO templates
    (workspace_id, id, waba_id, meta_id, name, language, category, status, components, synced_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (workspace_id, waba_id, name, language) DO UPDATE SET meta_id = excluded.meta_id,
    category = excluded.category, status = excluded.status, components = excluded.components,
    synced_at = excluded.synced_at";
const GONE: &str = "UPDATE templates SET status = 'gone', synced_at = $3 WHERE workspace_id = $1 AND id = $2";

/// A template that may be sent again: what waited for it goes on.
const RESUME: &str = "DELETE FROM parks WHERE workspace_id = $1 AND scope = 'template' AND what = $2
    AND number_id IN (SELECT id FROM numbers WHERE workspace_id = $1 AND waba_id = $3) RETURNING number_id";

/// Fetches the lists that are due; returns how many were.
///
/// # Errors
/// When the database fails. What Meta refuses is noted with the account and tried again.
pub async fn sync_due(services: &Services) -> Result<usize> {
    let due = {
        let mut read = services.db().read().await?;
        system::due_template_syncs(read.conn(), services.clock().now(), ROUND).await?
    };
    let mut done = 0;
    for (workspace, waba) in due {
        done += usize::from(claim_and_sync(services, workspace, &waba).await?);
    }
    Ok(done)
}

/// Fetches one account's list unless somebody else is at it, or it is not due.
pub(super) async fn claim_and_sync(services: &Services, workspace: Uuid, waba: &str) -> Result<bool> {
    let now = services.clock().now();
    let lease = now + LEASE;
    let mut tx = services.db().begin().await?;
    let claimed = sql!(exec tx.conn(), CLAIM, workspace, waba, now, lease)? == 1;
    tx.commit().await?;
    if !claimed {
        return Ok(false);
    }
    let in_hand = services.tally().hold(Queue::Templates, 1);
    let fetched = fetch(services, workspace, waba).await?;
    drop(in_hand);
    let now = services.clock().now();
    match &fetched {
        Fetched::Listed(_) => services.tally().add(Queue::Templates, now, Flow::one(true)),
        Fetched::Failed(_) => services.tally().add(Queue::Templates, now, Flow::one(false)),
        Fetched::Nobody => {}
    }
    let mut tx = services.db().begin().await?;
    let mut changed = false;
    match fetched {
        Fetched::Listed(listed) => {
            changed = write(services, &mut tx, workspace, waba, listed, now).await?;
            sql!(exec tx.conn(), DONE, workspace, waba, lease, now, now + EVERY)?;
        }
        Fetched::Nobody => {
            sql!(exec tx.conn(), FORGET, workspace, waba)?;
        }
        Fetched::Failed(why) => {
            tracing::warn!(%workspace, waba, %why, "the list of templates could not be fetched");
            sql!(exec tx.conn(), FAILED, workspace, waba, lease, why.to_string(), now + AGAIN)?;
        }
    }
    let seq = if changed { live::setup_changed(&mut tx, workspace, now).await? } else { None };
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    services.wakes().wake_outbox();
    Ok(true)
}

enum Fetched {
    Listed(Vec<Listed>),
    /// No number of the account is connected any more.
    Nobody,
    Failed(NotListed),
}

async fn fetch(services: &Services, workspace: Uuid, waba: &str) -> Result<Fetched> {
    let numbers = {
        let mut read = services.db().read().await?;
        sql!(scalars Uuid, read.conn(), NUMBERS, workspace, waba)?
    };
    if numbers.is_empty() {
        return Ok(Fetched::Nobody);
    }
    let mut why = NotListed::new("No access token of this account opens.");
    for number in numbers {
        let Some(token) = token(services, workspace, number).await? else { continue };
        match listing::fetch(services.graph(), &token, waba).await {
            Ok(listed) => return Ok(Fetched::Listed(listed)),
            // Another number's token may be allowed to.
            Err(not) => why = not,
        }
    }
    Ok(Fetched::Failed(why))
}

async fn token(services: &Services, workspace: Uuid, number: Uuid) -> Result<Option<SecretString>> {
    match vault::load(services, WorkspaceId(workspace), Kind::AccessToken, number, Purpose::Check).await {
        Ok(token) => Ok(Some(token)),
        Err(LoadError::Database(error)) => Err(error.into()),
        Err(LoadError::Missing | LoadError::Open(_)) => Ok(None),
    }
}

type Known = (Uuid, String, String, String, String, String, String);

/// Writes what differs from what is known, and says whether anything did. What Meta does not list any more is gone.
async fn write(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    waba: &str,
    listed: Vec<Listed>,
    now: Millis,
) -> Result<bool> {
    let mut changed = false;
    let known: Vec<Known> =
        sql!(all(Uuid, String, String, String, String, String, String), tx.conn(), KNOWN, workspace, waba)?;
    let mut known: HashMap<(String, String), Known> =
        known.into_iter().map(|row| ((row.1.clone(), row.2.clone()), row)).collect();
    for one in listed {
        let before = known.remove(&(one.name.clone(), one.language.clone()));
        let same = before.as_ref().is_some_and(|(_, _, _, meta_id, category, status, components)| {
            (meta_id, category.as_str(), status.as_str(), components)
                == (&one.meta_id, one.category, one.status, &one.components)
        });
        if !same {
            changed = true;
            let id = before.map_or_else(new_id, |(id, ..)| id);
            sql!(exec tx.conn(), INSERT, workspace, id, waba, &one.meta_id, &one.name, &one.language, one.category,
                one.status, &one.components, now)?;
            if one.status == "approved" {
                resume(services, tx, (workspace, waba), &one, now).await?;
            }
        }
    }
    for (id, .., status, _) in known.into_values() {
        if status != "gone" {
            changed = true;
            sql!(exec tx.conn(), GONE, workspace, id, now)?;
        }
    }
    Ok(changed)
}

/// Meta lets a template go that it had stopped.
async fn resume(
    services: &Services,
    tx: &mut Tx,
    (workspace, waba): (Uuid, &str),
    one: &Listed,
    now: Millis,
) -> Result<()> {
    let what = format!("{}/{}", one.name, one.language);
    for number in sql!(scalars Uuid, tx.conn(), RESUME, workspace, &what, waba)? {
        let was = json!({ "scope": "template", "what": what });
        let entry = Entry::new(Action::NumberResumed).on("number", number).change(was, Value::Null);
        let origin = Origin::default();
        audit::record_as(services, tx, WorkspaceId(workspace), Actor::System, &origin, now, entry).await?;
    }
    Ok(())
}

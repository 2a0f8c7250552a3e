//! Who opened what, and for what: one row per secret, purpose and minute with a count. Openings are added up in memory and
//! written each minute and before the process ends; one that failed is written at once.

use super::{Kind, OpenError, Owner};
use crate::{
    Actor, Origin, Result, Services, alerts,
    audit::{self, Entry},
    db::{Tx, system},
    sql,
};
use domain::{
    alert::{self, NewAlert, Severity},
    audit::Action,
    id::WorkspaceId,
    time::{DAY, MINUTE, Millis},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// How often a secret was opened stays known this long.
const KEPT: Millis = 90 * DAY;

const COUNT: &str =
    "INSERT INTO secret_access (workspace_id, kind, subject_id, purpose, minute, outcome, times, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (workspace_id, kind, subject_id, purpose, minute, outcome) DO UPDATE SET
    times = secret_access.times + excluded.times, reason = excluded.reason
    RETURNING times";

const LOCK: &str =
    "UPDATE numbers SET token_locked_at = $3 WHERE workspace_id = $1 AND id = $2 AND token_locked_at IS NULL";
const WORKSPACE: &str = "SELECT COUNT(*) FROM workspaces WHERE id = $1";

/// What a secret is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// To send a message.
    Send,
    /// To see whether it opens.
    Check,
    /// To sign or verify the audit trail.
    Audit,
    /// To check somebody's one-time code.
    SignIn,
    /// To renew a token at Meta.
    Renew,
    /// To fetch a file from Meta, or to hand one in.
    Media,
}

impl Purpose {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Send => "send",
            Purpose::Check => "check",
            Purpose::Audit => "audit",
            Purpose::SignIn => "sign_in",
            Purpose::Renew => "renew",
            Purpose::Media => "media",
        }
    }
}

/// Which secret, for what, when, and why it did not open. Sorted, so that all processes write rows in one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Opening {
    owner: Owner,
    kind: Kind,
    subject: Uuid,
    purpose: Purpose,
    minute: Millis,
    failed: bool,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    times: i64,
    why: Option<String>,
}

/// What this process has not yet written.
#[derive(Default)]
pub(super) struct AccessLog {
    seen: Mutex<BTreeMap<Opening, Tally>>,
    /// One writes at a time, and whoever closes the process waits for it.
    writing: tokio::sync::Mutex<()>,
}

impl AccessLog {
    fn add(&self, opening: Opening, times: i64, why: Option<String>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = seen.entry(opening).or_default();
        tally.times += times;
        tally.why = why.or_else(|| tally.why.take());
    }

    fn take(&self) -> BTreeMap<Opening, Tally> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes that a secret was opened, or was not. Everybody who opens one says so here; [`super::load`] does.
///
/// A failure is written at once, apart from the caller, who may be in the middle of a transaction. A key service that does not
/// answer has refused nothing: nobody is told that a secret is lost, and whoever needs it tries again.
pub(crate) fn opened(
    services: &Services,
    owner: impl Into<Owner>,
    (kind, subject): (Kind, Uuid),
    purpose: Purpose,
    failure: Option<&OpenError>,
) {
    if let Some(OpenError::Unavailable(why)) = failure {
        tracing::warn!(kind = kind.as_str(), %subject, %why, "the key service does not answer: a secret cannot be opened for now");
        return;
    }
    let now = services.clock().now();
    let minute = now - now.rem_euclid(MINUTE);
    let opening = Opening { owner: owner.into(), kind, subject, purpose, minute, failed: failure.is_some() };
    services.vault().0.log.add(opening, 1, failure.map(ToString::to_string));
    if let Some(why) = failure {
        tracing::error!(kind = kind.as_str(), %subject, %why, "a secret does not open");
        let services = services.clone();
        tokio::spawn(async move {
            if let Err(error) = flush(&services).await {
                tracing::error!(%error, "that a secret does not open could not be written; trying again in a minute");
            }
        });
    }
}

/// Writes what was noted.
///
/// # Errors
/// When the database fails; what was noted is then kept for the next time.
pub async fn flush(services: &Services) -> Result<()> {
    let log = &services.vault().0.log;
    let _one_at_a_time = log.writing.lock().await;
    let seen = log.take();
    if seen.is_empty() {
        return Ok(());
    }
    let written = write(services, &seen).await;
    if written.is_err() {
        for (opening, tally) in seen {
            log.add(opening, tally.times, tally.why);
        }
    }
    written
}

async fn write(services: &Services, seen: &BTreeMap<Opening, Tally>) -> Result<()> {
    let mut tx = services.db().begin().await?;
    let mut new = Vec::new();
    for (opening, tally) in seen {
        let outcome = if opening.failed { "failed" } else { "opened" };
        let times = sql!(scalar i64, tx.conn(), COUNT, workspace(opening.owner), opening.kind.as_str(), opening.subject,
            opening.purpose.as_str(), opening.minute, outcome, tally.times, tally.why.as_deref())?;
        // The first in its minute: said once, not a thousand times.
        if opening.failed && times == tally.times {
            new.push((opening, tally));
        }
    }
    for (opening, tally) in new {
        tell(services, &mut tx, opening, tally).await?;
    }
    Ok(tx.commit().await?)
}

/// Secrets of a user belong to the installation: the id of zeros.
fn workspace(owner: Owner) -> Uuid {
    match owner {
        Owner::Workspace(id) => id.0,
        Owner::User(_) => Uuid::nil(),
    }
}

/// Tells the people of the workspace.
async fn tell(services: &Services, tx: &mut Tx, opening: &Opening, tally: &Tally) -> Result<()> {
    let now = services.clock().now();
    let why = tally.why.as_deref().unwrap_or("it does not open");
    let entry = Entry::new(Action::SecretRefused).on("secret", opening.subject).about(format!(
        "{} for {}: {why}",
        opening.kind.label(),
        opening.purpose.as_str()
    ));
    let id = WorkspaceId(workspace(opening.owner));
    audit::record_as(services, tx, id, Actor::System, &Origin::default(), now, entry).await?;
    if opening.kind == Kind::AccessToken {
        sql!(exec tx.conn(), LOCK, id.0, opening.subject, now)?;
    }
    if sql!(scalar i64, tx.conn(), WORKSPACE, id.0)? == 0 {
        return Ok(());
    }
    let alert = NewAlert {
        kind: alert::Kind::SecretUnreadable,
        severity: Severity::High,
        title: format!("A secret does not open: {}", opening.kind.label()),
        body: format!(
            "The {} {} does not open: {why}. Incoming messages arrive as always; what needs this secret waits. \
             `parlance doctor` says what to do.",
            opening.kind.label(),
            opening.subject
        ),
        link: "settings".to_owned(),
        key: format!("secret:{}:{}", opening.kind.as_str(), opening.subject),
    };
    alerts::raise(tx, id, now, alert).await
}

/// Forgets who opened what long ago.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_secret_access(tx.conn(), services.clock().now() - KEPT).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

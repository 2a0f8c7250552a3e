use super::{Due, SendError};
use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    conversations::row::RowRecord,
    db::{Tx, dialect},
    ingest::{Target, statuses},
    live, sql,
};
use domain::{
    audit::Action,
    id::WorkspaceId,
    inbox::{Event, Row},
    message::Status,
    meta::send::explain,
    time::Millis,
};
use std::time::Duration;

const TARGET: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const TOKEN_WORKS: &str = "UPDATE numbers SET token_problem = NULL
    WHERE workspace_id = $1 AND id = $2 AND token_problem IS NOT NULL";
const TOKEN_PROBLEM: &str = "UPDATE numbers SET token_problem = $3
    WHERE workspace_id = $1 AND id = $2 AND (token_problem IS NULL OR token_problem <> $3)";

/// How an attempt to send ended.
pub(super) enum Attempt {
    Answered(Result<String, SendError>),
    /// The number has no token; nothing was sent.
    NoToken,
    /// It may not be sent now; nothing was.
    Forbidden(String),
    /// The process that was sending it is gone.
    Interrupted,
}

/// Writes what came of an attempt. A status webhook may have been faster: nothing goes backwards.
///
/// Meta's answer is in hand only once, so a database that fails is asked again for a while.
pub(super) async fn settle(services: &Services, due: &Due, attempt: Attempt) -> Result<()> {
    let mut wait = FIRST_WAIT;
    loop {
        match try_settle(services, due, &attempt).await {
            Err(error) if wait <= LAST_WAIT => {
                tracing::warn!(%error, message = %due.message, "what came of a message could not be written; trying again");
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            other => return other,
        }
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(4);

async fn try_settle(services: &Services, due: &Due, attempt: &Attempt) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    lock(&mut tx, due).await?;
    let target: Option<Target> = sql!(opt Target, tx.conn(), TARGET, due.workspace, due.message)?;
    let Some(mut target) = target else { return Ok(tx.commit().await?) };
    let wamid = note(&mut target, attempt, now);
    if let Attempt::Answered(Err(SendError::Refused(error))) = attempt
        && is_token_problem(error.code)
    {
        let why = explain(error.code, None);
        if sql!(exec tx.conn(), TOKEN_PROBLEM, due.workspace, target.number_id, &why)? > 0 {
            let entry = Entry::new(Action::NumberTokenRefused).about(why);
            record(services, &mut tx, due, entry.on("number", target.number_id), now).await?;
        }
    }
    if let Some(wamid) = wamid {
        if sql!(exec tx.conn(), TOKEN_WORKS, due.workspace, target.number_id)? > 0 {
            record(services, &mut tx, due, Entry::new(Action::NumberTokenWorks).on("number", target.number_id), now)
                .await?;
        }
        for early in statuses::unpark(&mut tx, due.workspace, target.number_id, &wamid).await? {
            statuses::advance(&mut target, &early);
        }
    }
    statuses::write(&mut tx, due.workspace, &target).await?;
    let row: RowRecord = sql!(one RowRecord, tx.conn(), ROW, due.workspace, target.message.conversation_id)?;
    let event = Event::MessageChanged { row: Row::from(row), message: target.message.into() };
    let seq = live::record(&mut tx, due.workspace, &[event], now).await?;
    tx.commit().await?;
    services.bus().publish(due.workspace, seq);
    // The conversation's next message has its turn now.
    services.wakes().wake_outbox();
    Ok(())
}

/// In the order in which ingest locks: the workspace first. A status of this message is then either before or after, never
/// in between, where it would be parked for ever.
async fn lock(tx: &mut Tx, due: &Due) -> Result<()> {
    if let Tx::Postgres(tx) = tx {
        dialect::postgres::lock_workspace(tx, due.workspace).await?;
        dialect::postgres::lock_message(tx, due.workspace, due.message).await?;
    }
    Ok(())
}

/// Puts the outcome into the message; returns the wamid of an accepted one.
fn note(target: &mut Target, attempt: &Attempt, now: Millis) -> Option<String> {
    let (status, code, text, wamid) = match attempt {
        Attempt::Answered(Ok(wamid)) => (Status::Accepted, None, None, Some(wamid.clone())),
        Attempt::Answered(Err(SendError::Refused(error))) => {
            let details = error.error_data.as_ref().and_then(|data| data.details.as_deref());
            let details = details.or(Some(error.message.as_str()));
            (Status::Failed, Some(error.code), Some(explain(error.code, details)), None)
        }
        Attempt::Answered(Err(SendError::NotSent)) => (
            Status::Failed,
            None,
            Some("WhatsApp could not be reached; nothing was sent. Send again.".to_owned()),
            None,
        ),
        Attempt::Answered(Err(SendError::Lost(why))) => {
            tracing::warn!(message = %target.message.id, why, "it is not known whether a message was sent");
            (Status::Unconfirmed, None, Some(UNCONFIRMED.to_owned()), None)
        }
        Attempt::Interrupted => (Status::Unconfirmed, None, Some(UNCONFIRMED.to_owned()), None),
        Attempt::NoToken => {
            let why = "This number has no access token. Connect the number again, then send again.";
            (Status::Failed, None, Some(why.to_owned()), None)
        }
        Attempt::Forbidden(why) => (Status::Failed, None, Some(why.clone()), None),
    };
    if wamid.is_some() && target.wamid.is_none() {
        target.wamid.clone_from(&wamid);
        target.message.accepted_at.get_or_insert(now);
    }
    if Status::parse(&target.message.status).advances_to(status) {
        target.message.status = status.as_str().to_owned();
        target.message.error_text = text.map(|text| domain::text::storable(&text));
        target.error_code = code;
        if status == Status::Failed {
            target.message.failed_at = Some(now);
        }
    }
    wamid
}

const UNCONFIRMED: &str = "Meta has not confirmed this message: it may or may not have arrived.";

/// What happened to the message stands in the message; to its number, in the audit trail.
async fn record(services: &Services, tx: &mut Tx, due: &Due, entry: Entry, now: Millis) -> Result<()> {
    audit::record_as(services, tx, WorkspaceId(due.workspace), Actor::System, &Origin::default(), now, entry).await
}

const fn is_token_problem(code: i64) -> bool {
    matches!(code, 0 | 3 | 10 | 190 | 200..=299 | 131_005)
}

//! PostgreSQL's side of sending: a group of messages of one workspace in one statement each.

use crate::{
    conversations::row::RowRecord,
    ingest::Target,
    send::{Candidate, NewAttempt},
};
use domain::{
    message::Status,
    time::{DAY, Millis},
};
use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

const LOCK_CONVERSATIONS: &str =
    "SELECT id FROM conversations WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE";
const CONVERSATIONS_OF: &str = "SELECT id FROM conversations WHERE workspace_id = $1
    AND id IN (SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = ANY($2)) ORDER BY id FOR UPDATE";
const CANDIDATES: &str =
    "SELECT m.*, v.contact_id, o.due_at, o.stalled_at, o.leased_by, o.lease_until, o.bulk, o.marketing,
    o.despite_opt_out, o.counted_day, c.opted_out_at, w.opt_out_scope, w.unconfirmed_rule, w.warm_up,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id) AS attempts,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost') AS lost,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'refused') AS refused, m.sent_again,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.code = 131056) AS pair_refusals,
    (SELECT COUNT(*) FROM outbox e WHERE e.conversation_id = o.conversation_id
        AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id)) AS earlier
    FROM messages m JOIN workspaces w ON w.id = m.workspace_id JOIN conversations v ON v.id = m.conversation_id
    JOIN contacts c ON c.id = v.contact_id LEFT JOIN outbox o ON o.message_id = m.id
    WHERE m.workspace_id = $1 AND m.direction = 'out' AND m.id = ANY($2) ORDER BY m.id FOR UPDATE OF m";
// What another process has in hand may have left.
const SENT_LATELY: &str = "SELECT contact_id, COUNT(*) FROM (
    SELECT v.contact_id FROM conversations v
    JOIN messages m ON m.conversation_id = v.id JOIN send_attempts a ON a.message_id = m.id
    WHERE v.workspace_id = $1 AND v.contact_id = ANY($2) AND v.number_id = $3 AND a.started_at > $4 AND m.at > $5
    UNION ALL SELECT o.contact_id FROM outbox o WHERE o.workspace_id = $1 AND o.contact_id = ANY($2)
    AND o.number_id = $3 AND o.leased_by IS NOT NULL) AS sent GROUP BY contact_id";
const PAIR_HELD: &str = "SELECT o.contact_id, MAX(m.next_try_at) FROM outbox o JOIN messages m ON m.id = o.message_id
    WHERE o.workspace_id = $1 AND o.contact_id = ANY($2) AND o.number_id = $3
    AND o.due_at > $4 AND m.error_code = 131056 AND m.next_try_at IS NOT NULL GROUP BY o.contact_id";
const EARLIER: &str = "SELECT e.message_id FROM outbox e WHERE e.workspace_id = $1 AND EXISTS (SELECT 1 FROM outbox o
    WHERE o.message_id = ANY($2) AND o.conversation_id = e.conversation_id
    AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id))";
const LEASE: &str =
    "UPDATE outbox SET leased_by = $3, lease_until = $4 WHERE workspace_id = $1 AND message_id = ANY($2)";
const UPDATE_MESSAGES: &str = "UPDATE messages m SET status = t.status, status_rank = t.status_rank, wamid = t.wamid,
    error_code = t.error_code, error_text = t.error_text, accepted_at = t.accepted_at, sent_at = t.sent_at,
    delivered_at = t.delivered_at, read_at = t.read_at, failed_at = t.failed_at, tries = t.tries,
    next_try_at = t.next_try_at, overtaken = t.overtaken
    FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[],
    $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bool[]) AS t (id, status,
    status_rank, wamid, error_code, error_text, accepted_at, sent_at, delivered_at, read_at, failed_at, tries,
    next_try_at, overtaken) WHERE m.workspace_id = $1 AND m.id = t.id";
const PREVIEWS: &str = "UPDATE conversations v SET preview_status = t.status
    FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS t (id, message_id, status)
    WHERE v.workspace_id = $1 AND v.id = t.id AND v.preview_message_id = t.message_id AND v.preview_status <> t.status";
const ROWS: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = ANY($2)";
const TAKE_OUT: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND message_id = ANY($2)";
const INSERT_ATTEMPTS: &str = "INSERT INTO send_attempts
    (workspace_id, message_id, nth, started_at, ended_at, outcome, http, code, said)
    SELECT $1, message_id, nth, started_at, ended_at, outcome, http, code, said
    FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
    AS t (message_id, nth, started_at, ended_at, outcome, http, code, said) ON CONFLICT (message_id, nth) DO NOTHING";
const UNPARK: &str = "DELETE FROM parked_statuses WHERE workspace_id = $1 AND number_id = $2 AND wamid = ANY($3)
    RETURNING wamid, status, at, error_code, error_text";

/// Keeps other writers off conversations until the transaction ends.
pub async fn lock_conversations(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<()> {
    query(LOCK_CONVERSATIONS).bind(workspace).bind(ids).execute(c).await.map(drop)
}

/// The same for the conversations of these messages.
pub async fn lock_conversations_of(c: &mut PgConnection, workspace: Uuid, messages: &[Uuid]) -> sqlx::Result<()> {
    query(CONVERSATIONS_OF).bind(workspace).bind(messages).execute(c).await.map(drop)
}

/// How many messages were sent to each of these contacts by a number since then; of messages that were written up to a month
/// before: where a token is dead they wait that long.
pub async fn sent_lately(
    c: &mut PgConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    number: Uuid,
    since: Millis,
) -> sqlx::Result<Vec<(Uuid, i64)>> {
    query_as(SENT_LATELY)
        .bind(workspace)
        .bind(contacts)
        .bind(number)
        .bind(since)
        .bind(since - 30 * DAY)
        .fetch_all(c)
        .await
}

/// Until when Graph wants each of these contacts to be left alone by a number: where it refused a message for its pair rate,
/// that message waits for the same moment.
pub async fn pair_held(
    c: &mut PgConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    number: Uuid,
    now: Millis,
) -> sqlx::Result<Vec<(Uuid, Millis)>> {
    query_as(PAIR_HELD).bind(workspace).bind(contacts).bind(number).bind(now).fetch_all(c).await
}

/// Outbound messages with what decides about them, locked until the transaction ends.
pub async fn candidates(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<Candidate>> {
    query_as(CANDIDATES).bind(workspace).bind(ids).fetch_all(c).await
}

/// Messages in the outbox that were written before any of these in the same conversation.
pub async fn earlier(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(EARLIER).bind(workspace).bind(ids).fetch_all(c).await
}

/// Leases messages to a group.
pub async fn lease(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid], by: &str, until: Millis) -> sqlx::Result<()> {
    query(LEASE).bind(workspace).bind(ids).bind(by).bind(until).execute(c).await.map(drop)
}

/// Writes messages as they are now.
pub async fn update_messages(c: &mut PgConnection, workspace: Uuid, targets: &[&Target]) -> sqlx::Result<()> {
    query(UPDATE_MESSAGES)
        .bind(workspace)
        .bind(column(targets, |t| t.message.id))
        .bind(column(targets, |t| t.message.status.clone()))
        .bind(column(targets, |t| Status::parse(&t.message.status).rank()))
        .bind(column(targets, |t| t.wamid.clone()))
        .bind(column(targets, |t| t.error_code))
        .bind(column(targets, |t| t.message.error_text.clone()))
        .bind(column(targets, |t| t.message.accepted_at))
        .bind(column(targets, |t| t.message.sent_at))
        .bind(column(targets, |t| t.message.delivered_at))
        .bind(column(targets, |t| t.message.read_at))
        .bind(column(targets, |t| t.message.failed_at))
        .bind(column(targets, |t| t.message.tries))
        .bind(column(targets, |t| t.message.next_try_at))
        .bind(column(targets, |t| t.message.overtaken))
        .execute(c)
        .await
        .map(drop)
}

/// Takes the status of messages over into the rows of their conversations that show them.
pub async fn previews(c: &mut PgConnection, workspace: Uuid, targets: &[&Target]) -> sqlx::Result<()> {
    query(PREVIEWS)
        .bind(workspace)
        .bind(column(targets, |t| t.message.conversation_id))
        .bind(column(targets, |t| t.message.id))
        .bind(column(targets, |t| t.message.status.clone()))
        .execute(c)
        .await
        .map(drop)
}

/// Conversations as the list shows them.
pub async fn rows(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<RowRecord>> {
    query_as(ROWS).bind(workspace).bind(ids).fetch_all(c).await
}

/// Takes messages out of the outbox.
pub async fn take_out(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<()> {
    query(TAKE_OUT).bind(workspace).bind(ids).execute(c).await.map(drop)
}

/// Writes tries down.
pub async fn insert_attempts(c: &mut PgConnection, workspace: Uuid, tries: &[NewAttempt]) -> sqlx::Result<()> {
    let tries: Vec<&NewAttempt> = tries.iter().collect();
    query(INSERT_ATTEMPTS)
        .bind(workspace)
        .bind(column(&tries, |t| t.message))
        .bind(column(&tries, |t| t.nth))
        .bind(column(&tries, |t| t.started_at))
        .bind(column(&tries, |t| t.ended_at))
        .bind(column(&tries, |t| t.outcome))
        .bind(column(&tries, |t| t.http))
        .bind(column(&tries, |t| t.code))
        .bind(column(&tries, |t| t.said.clone()))
        .execute(c)
        .await
        .map(drop)
}

/// A report that came before its message: wamid, status, when, code and words of an error.
pub type Early = (String, String, Millis, Option<i64>, Option<String>);

/// Reports that came before their messages.
pub async fn unpark(c: &mut PgConnection, workspace: Uuid, number: Uuid, wamids: &[&str]) -> sqlx::Result<Vec<Early>> {
    query_as(UNPARK).bind(workspace).bind(number).bind(wamids).fetch_all(c).await
}

/// One column of many rows, as `unnest` wants it.
fn column<R, T>(rows: &[&R], cell: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(|row| cell(row)).collect()
}

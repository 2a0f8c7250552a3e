//! SQLite's side of sending: a group of messages of one workspace in one statement each, handed over as JSON.

use crate::{
    conversations::row::RowRecord,
    ingest::Target,
    send::{Candidate, NewAttempt},
};
use domain::{
    message::Status,
    time::{DAY, Millis},
};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, query, query_as};
use uuid::Uuid;

// `+` before a column keeps SQLite from the wrong index: it knows nothing of how many rows a workspace or a number has, and
// would rather read all of them than a few by their keys.

const CANDIDATES: &str = "SELECT m.*, v.contact_id, o.due_at, o.stalled_at, o.leased_by, o.lease_until, o.bulk, o.marketing,
    o.despite_opt_out, o.counted_day, c.opted_out_at, w.opt_out_scope, w.unconfirmed_rule, w.warm_up,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id) AS attempts,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost') AS lost,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'refused') AS refused, m.sent_again,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id AND a.code = 131056) AS pair_refusals,
    (SELECT COUNT(*) FROM outbox e WHERE e.conversation_id = o.conversation_id
        AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id)) AS earlier
    FROM messages m JOIN workspaces w ON w.id = m.workspace_id JOIN conversations v ON v.id = m.conversation_id
    JOIN contacts c ON c.id = v.contact_id LEFT JOIN outbox o ON o.message_id = m.id
    WHERE m.workspace_id = $1 AND m.direction = 'out' AND m.id IN (SELECT unhex(value) FROM json_each($2)) ORDER BY m.id";
// What another process has in hand may have left.
const SENT_LATELY: &str = "SELECT contact_id, COUNT(*) FROM (
    SELECT v.contact_id FROM conversations v
    JOIN messages m ON m.conversation_id = v.id JOIN send_attempts a ON a.message_id = m.id
    WHERE +v.workspace_id = $1 AND v.contact_id IN (SELECT unhex(value) FROM json_each($2)) AND v.number_id = $3
    AND a.started_at > $4 AND m.at > $5 UNION ALL SELECT o.contact_id FROM outbox o
    WHERE o.workspace_id = $1 AND o.contact_id IN (SELECT unhex(value) FROM json_each($2))
    AND +o.number_id = $3 AND o.leased_by IS NOT NULL) AS sent GROUP BY contact_id";
const PAIR_HELD: &str = "SELECT o.contact_id, MAX(m.next_try_at) FROM outbox o JOIN messages m ON m.id = o.message_id
    WHERE o.workspace_id = $1 AND o.contact_id IN (SELECT unhex(value) FROM json_each($2)) AND +o.number_id = $3
    AND o.due_at > $4 AND m.error_code = 131056 AND m.next_try_at IS NOT NULL GROUP BY o.contact_id";
const EARLIER: &str = "SELECT e.message_id FROM json_each($2) AS j
    CROSS JOIN outbox o ON o.message_id = unhex(j.value)
    CROSS JOIN outbox e ON e.conversation_id = o.conversation_id AND (e.queued_at, e.message_id) < (o.queued_at, o.message_id)
    WHERE e.workspace_id = $1";
const LEASE: &str = "UPDATE outbox SET leased_by = $3, lease_until = $4
    WHERE workspace_id = $1 AND message_id IN (SELECT unhex(value) FROM json_each($2))";
const UPDATE_MESSAGES: &str = "UPDATE messages SET status = j.value ->> 1, status_rank = j.value ->> 2,
    wamid = j.value ->> 3, error_code = j.value ->> 4, error_text = j.value ->> 5, accepted_at = j.value ->> 6,
    sent_at = j.value ->> 7, delivered_at = j.value ->> 8, read_at = j.value ->> 9, failed_at = j.value ->> 10,
    tries = j.value ->> 11, next_try_at = j.value ->> 12, overtaken = j.value ->> 13
    FROM json_each($2) AS j WHERE messages.workspace_id = $1 AND messages.id = unhex(j.value ->> 0)";
const PREVIEWS: &str = "UPDATE conversations SET preview_status = j.value ->> 2 FROM json_each($2) AS j
    WHERE +conversations.workspace_id = $1 AND conversations.id = unhex(j.value ->> 0)
    AND conversations.preview_message_id = unhex(j.value ->> 1) AND conversations.preview_status <> j.value ->> 2";
const ROWS: &str = "SELECT * FROM conversation_rows WHERE +workspace_id = $1
    AND id IN (SELECT unhex(value) FROM json_each($2))";
const TAKE_OUT: &str = "DELETE FROM outbox
    WHERE workspace_id = $1 AND message_id IN (SELECT unhex(value) FROM json_each($2))";
const INSERT_ATTEMPTS: &str = "INSERT INTO send_attempts
    (workspace_id, message_id, nth, started_at, ended_at, outcome, http, code, said)
    SELECT $1, unhex(j.value ->> 0), j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5,
    j.value ->> 6, j.value ->> 7 FROM json_each($2) AS j WHERE true ON CONFLICT (message_id, nth) DO NOTHING";
const UNPARK: &str = "DELETE FROM parked_statuses
    WHERE workspace_id = $1 AND number_id = $2 AND wamid IN (SELECT value FROM json_each($3))
    RETURNING wamid, status, at, error_code, error_text";

/// How many messages were sent to each of these contacts by a number since then; of messages that were written up to a month
/// before: where a token is dead they wait that long.
pub async fn sent_lately(
    c: &mut SqliteConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    number: Uuid,
    since: Millis,
) -> sqlx::Result<Vec<(Uuid, i64)>> {
    query_as(SENT_LATELY)
        .bind(workspace)
        .bind(hexes(contacts))
        .bind(number)
        .bind(since)
        .bind(since - 30 * DAY)
        .fetch_all(c)
        .await
}

/// Until when Graph wants each of these contacts to be left alone by a number: where it refused a message for its pair rate,
/// that message waits for the same moment.
pub async fn pair_held(
    c: &mut SqliteConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    number: Uuid,
    now: Millis,
) -> sqlx::Result<Vec<(Uuid, Millis)>> {
    query_as(PAIR_HELD).bind(workspace).bind(hexes(contacts)).bind(number).bind(now).fetch_all(c).await
}

/// Outbound messages with what decides about them.
pub async fn candidates(c: &mut SqliteConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<Candidate>> {
    query_as(CANDIDATES).bind(workspace).bind(hexes(ids)).fetch_all(c).await
}

/// Messages in the outbox that were written before any of these in the same conversation.
pub async fn earlier(c: &mut SqliteConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(EARLIER).bind(workspace).bind(hexes(ids)).fetch_all(c).await
}

/// Leases messages to a group.
pub async fn lease(
    c: &mut SqliteConnection,
    workspace: Uuid,
    ids: &[Uuid],
    by: &str,
    until: Millis,
) -> sqlx::Result<()> {
    query(LEASE).bind(workspace).bind(hexes(ids)).bind(by).bind(until).execute(c).await.map(drop)
}

/// Writes messages as they are now.
pub async fn update_messages(c: &mut SqliteConnection, workspace: Uuid, targets: &[&Target]) -> sqlx::Result<()> {
    let rows = targets.iter().map(|t| {
        let m = &t.message;
        let rank = Status::parse(&m.status).rank();
        json!([
            hex(&m.id),
            m.status,
            rank,
            t.wamid,
            t.error_code,
            m.error_text,
            m.accepted_at,
            m.sent_at,
            m.delivered_at,
            m.read_at,
            m.failed_at,
            m.tries,
            m.next_try_at,
            m.overtaken
        ])
    });
    query(UPDATE_MESSAGES).bind(workspace).bind(list(rows)).execute(c).await.map(drop)
}

/// Takes the status of messages over into the rows of their conversations that show them.
pub async fn previews(c: &mut SqliteConnection, workspace: Uuid, targets: &[&Target]) -> sqlx::Result<()> {
    let rows = targets.iter().map(|t| json!([hex(&t.message.conversation_id), hex(&t.message.id), t.message.status]));
    query(PREVIEWS).bind(workspace).bind(list(rows)).execute(c).await.map(drop)
}

/// Conversations as the list shows them.
pub async fn rows(c: &mut SqliteConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<RowRecord>> {
    query_as(ROWS).bind(workspace).bind(hexes(ids)).fetch_all(c).await
}

/// Takes messages out of the outbox.
pub async fn take_out(c: &mut SqliteConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<()> {
    query(TAKE_OUT).bind(workspace).bind(hexes(ids)).execute(c).await.map(drop)
}

/// Writes tries down.
pub async fn insert_attempts(c: &mut SqliteConnection, workspace: Uuid, tries: &[NewAttempt]) -> sqlx::Result<()> {
    let rows = tries
        .iter()
        .map(|t| json!([hex(&t.message), t.nth, t.started_at, t.ended_at, t.outcome, t.http, t.code, t.said]));
    query(INSERT_ATTEMPTS).bind(workspace).bind(list(rows)).execute(c).await.map(drop)
}

/// A report that came before its message: wamid, status, when, code and words of an error.
pub type Early = (String, String, Millis, Option<i64>, Option<String>);

/// Reports that came before their messages.
pub async fn unpark(
    c: &mut SqliteConnection,
    workspace: Uuid,
    number: Uuid,
    wamids: &[&str],
) -> sqlx::Result<Vec<Early>> {
    let wamids = Value::from_iter(wamids.iter().copied()).to_string();
    query_as(UNPARK).bind(workspace).bind(number).bind(wamids).fetch_all(c).await
}

fn hex(id: &Uuid) -> String {
    id.simple().to_string()
}

fn hexes(ids: &[Uuid]) -> String {
    list(ids.iter().map(|id| hex(id).into()))
}

fn list(rows: impl Iterator<Item = Value>) -> String {
    Value::Array(rows.collect()).to_string()
}

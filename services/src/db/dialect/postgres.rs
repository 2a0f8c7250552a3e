//! PostgreSQL's side of the hot path: one statement a batch, arrays unnested.

use crate::ingest::{Contact, NewMessage, OpenRecord, Target, Thread};
use domain::{contact::name_key, time::Millis};
use sqlx::{PgConnection, query, query_as, query_scalar};
use std::collections::HashSet;
use uuid::Uuid;

const LOCK_WORKSPACE: &str = "SELECT pg_advisory_xact_lock($1)";
const CONTACTS: &str =
    "SELECT id, wa_id, meta_user_id, profile_name, username, named, assignee_id, opted_out_at FROM contacts
    WHERE workspace_id = $1 AND (wa_id = ANY($2) OR meta_user_id = ANY($3))";
const INSERT_CONTACTS: &str = "INSERT INTO contacts
    (id, workspace_id, wa_id, meta_user_id, profile_name, username, created_at, updated_at, name_key)
    SELECT id, $1, wa_id, meta_user_id, profile_name, username, $7, $7, name_key
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $8::text[])
    AS t (id, wa_id, meta_user_id, profile_name, username, name_key)";
const UPDATE_CONTACTS: &str = "UPDATE contacts c SET wa_id = t.wa_id, meta_user_id = t.meta_user_id,
    profile_name = t.profile_name, username = t.username, updated_at = $7, name_key = t.name_key
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $8::text[])
    AS t (id, wa_id, meta_user_id, profile_name, username, name_key) WHERE c.workspace_id = $1 AND c.id = t.id";
const OPEN_CONVERSATIONS: &str =
    "SELECT id, number_id, contact_id, assignee_id, last_message_at, unread, window_expires_at,
    preview_message_id, preview_direction, preview_kind, preview_status, preview_text, labels, snoozed_until
    FROM conversations WHERE workspace_id = $1 AND number_id = ANY($2) AND contact_id = ANY($3) AND state = 'open' ORDER BY id FOR UPDATE";
const KNOWN_WAMIDS: &str = "SELECT number_id, wamid FROM messages
    WHERE workspace_id = $1 AND number_id = ANY($2) AND wamid = ANY($3)";
const INSERT_MESSAGES: &str = "INSERT INTO messages
    (id, workspace_id, conversation_id, number_id, direction, kind, body, payload, extras, quoted_wamid, raw, wamid,
    status, status_rank, at)
    SELECT id, $1, conversation_id, number_id, 'in', kind, body, payload, extras, quoted_wamid, raw, wamid, 'received', 0, at
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::bigint[])
    AS t (id, conversation_id, number_id, kind, body, payload, extras, quoted_wamid, raw, wamid, at) ON CONFLICT DO NOTHING RETURNING id";
const INSERT_CONVERSATIONS: &str = "INSERT INTO conversations
    (id, workspace_id, number_id, contact_id, state, assignee_id, last_message_at, unread, window_expires_at,
    preview_message_id, preview_direction, preview_kind, preview_status, preview_text, created_at, snoozed_until)
    SELECT id, $1, number_id, contact_id, 'open', assignee_id, last_message_at, unread, window_expires_at,
    preview_message_id, preview_direction, preview_kind, preview_status, preview_text, $2, snoozed_until
    FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::bigint[], $10::uuid[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[]) AS t (id, number_id, contact_id, assignee_id,
    last_message_at, unread, window_expires_at, preview_message_id, preview_direction, preview_kind, preview_status,
    preview_text, snoozed_until)";
const UPDATE_CONVERSATIONS: &str = "UPDATE conversations c SET last_message_at = t.last_message_at, unread = t.unread,
    window_expires_at = t.window_expires_at, preview_message_id = t.preview_message_id,
    preview_direction = t.preview_direction, preview_kind = t.preview_kind, preview_status = t.preview_status,
    preview_text = t.preview_text, snoozed_until = t.snoozed_until
    FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::bigint[]) AS t (id, last_message_at, unread, window_expires_at, preview_message_id, preview_direction,
    preview_kind, preview_status, preview_text, snoozed_until) WHERE c.workspace_id = $1 AND c.id = t.id";
const STATUS_TARGETS: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND direction = 'out'
    AND ((number_id = ANY($2) AND wamid = ANY($3)) OR id = ANY($4)) ORDER BY id FOR UPDATE";
const IN_ORDER: &str = "SELECT set_config('enable_sort', 'off', TRUE)";
const INSERT_EVENTS: &str = "INSERT INTO events (workspace_id, seq, conversation_id, body, at)
    SELECT $1, $2 + nth - 1, conversation_id, body, $5
    FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS t (conversation_id, body, nth)";

/// Keeps other batches of the workspace out until the transaction ends.
pub async fn lock_workspace(c: &mut PgConnection, workspace: Uuid) -> sqlx::Result<()> {
    let (high, low) = workspace.as_u64_pair();
    query(LOCK_WORKSPACE).bind((high ^ low).cast_signed()).execute(c).await.map(drop)
}

/// Until the transaction ends, rows come in the order of an index where there is one. Of many conditions that may all be absent
/// PostgreSQL expects few rows, and would read and sort everything for each page.
pub async fn in_order(c: &mut PgConnection) -> sqlx::Result<()> {
    query(IN_ORDER).execute(c).await.map(drop)
}

/// Contacts with any of these ids.
pub async fn contacts(
    c: &mut PgConnection,
    workspace: Uuid,
    wa_ids: &[&str],
    user_ids: &[&str],
) -> sqlx::Result<Vec<Contact>> {
    query_as(CONTACTS).bind(workspace).bind(wa_ids).bind(user_ids).fetch_all(c).await
}

pub async fn insert_contacts(
    c: &mut PgConnection,
    workspace: Uuid,
    contacts: &[&Contact],
    now: Millis,
) -> sqlx::Result<()> {
    write_contacts(c, INSERT_CONTACTS, workspace, contacts, now).await
}

pub async fn update_contacts(
    c: &mut PgConnection,
    workspace: Uuid,
    contacts: &[&Contact],
    now: Millis,
) -> sqlx::Result<()> {
    write_contacts(c, UPDATE_CONTACTS, workspace, contacts, now).await
}

async fn write_contacts(
    c: &mut PgConnection,
    sql: &'static str,
    workspace: Uuid,
    contacts: &[&Contact],
    now: Millis,
) -> sqlx::Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    query(sql)
        .bind(workspace)
        .bind(column(contacts, |contact| contact.id))
        .bind(column(contacts, |contact| contact.wa_id.clone()))
        .bind(column(contacts, |contact| contact.meta_user_id.clone()))
        .bind(column(contacts, |contact| contact.profile_name.clone()))
        .bind(column(contacts, |contact| contact.username.clone()))
        .bind(now)
        .bind(column(contacts, |contact| name_key(&contact.profile_name)))
        .execute(c)
        .await
        .map(drop)
}

/// One column of many rows, as `unnest` wants it.
fn column<R, T>(rows: &[&R], cell: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(|row| cell(row)).collect()
}

/// Open conversations of these (number, contact) pairs, locked until the transaction ends. May return more than asked for.
pub async fn open_conversations(
    c: &mut PgConnection,
    workspace: Uuid,
    pairs: &[(Uuid, Uuid)],
) -> sqlx::Result<Vec<OpenRecord>> {
    let (mut numbers, mut contacts): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
    for ids in [&mut numbers, &mut contacts] {
        ids.sort_unstable();
        ids.dedup();
    }
    query_as(OPEN_CONVERSATIONS).bind(workspace).bind(numbers).bind(contacts).fetch_all(c).await
}

/// Which of these (number, wamid) are stored already.
pub async fn known_wamids(
    c: &mut PgConnection,
    workspace: Uuid,
    wamids: &[(Uuid, &str)],
) -> sqlx::Result<HashSet<(Uuid, String)>> {
    let (numbers, texts): (Vec<Uuid>, Vec<&str>) = wamids.iter().copied().unzip();
    let rows = query_as(KNOWN_WAMIDS).bind(workspace).bind(numbers).bind(texts).fetch_all(c).await?;
    Ok(rows.into_iter().collect())
}

/// Writes messages, except those that are stored already; returns the ids of those that were not.
pub async fn insert_messages(
    c: &mut PgConnection,
    workspace: Uuid,
    messages: &[&NewMessage<'_>],
) -> sqlx::Result<HashSet<Uuid>> {
    let ids: Vec<Uuid> = query_scalar(INSERT_MESSAGES)
        .bind(workspace)
        .bind(column(messages, |new| new.id))
        .bind(column(messages, |new| new.conversation))
        .bind(column(messages, |new| new.number))
        .bind(column(messages, |new| new.inbound.kind.as_str()))
        .bind(column(messages, |new| new.inbound.text.as_str()))
        .bind(column(messages, |new| new.payload.clone()))
        .bind(column(messages, |new| new.extras.stored()))
        .bind(column(messages, |new| new.inbound.quoted.as_deref()))
        .bind(column(messages, |new| new.inbound.raw.as_deref()))
        .bind(column(messages, |new| new.inbound.wamid.as_str()))
        .bind(column(messages, |new| new.inbound.at))
        .fetch_all(c)
        .await?;
    Ok(ids.into_iter().collect())
}

pub async fn insert_conversations(
    c: &mut PgConnection,
    workspace: Uuid,
    threads: &[&Thread],
    now: Millis,
) -> sqlx::Result<()> {
    if threads.is_empty() {
        return Ok(());
    }
    query(INSERT_CONVERSATIONS)
        .bind(workspace)
        .bind(now)
        .bind(column(threads, |t| t.row.id.0))
        .bind(column(threads, |t| t.row.number.id.0))
        .bind(column(threads, |t| t.row.contact.id.0))
        .bind(column(threads, |t| t.row.assignee.map(|member| member.0)))
        .bind(column(threads, |t| t.row.last_message_at))
        .bind(column(threads, |t| t.row.unread))
        .bind(column(threads, |t| t.row.window_expires_at))
        .bind(column(threads, |t| t.preview_message))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.direction.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.kind.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.status.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.text.clone())))
        .bind(column(threads, |t| t.row.snoozed_until))
        .execute(c)
        .await
        .map(drop)
}

pub async fn update_conversations(c: &mut PgConnection, workspace: Uuid, threads: &[&Thread]) -> sqlx::Result<()> {
    if threads.is_empty() {
        return Ok(());
    }
    query(UPDATE_CONVERSATIONS)
        .bind(workspace)
        .bind(column(threads, |t| t.row.id.0))
        .bind(column(threads, |t| t.row.last_message_at))
        .bind(column(threads, |t| t.row.unread))
        .bind(column(threads, |t| t.row.window_expires_at))
        .bind(column(threads, |t| t.preview_message))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.direction.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.kind.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.status.as_str())))
        .bind(column(threads, |t| t.row.preview.as_ref().map(|p| p.text.clone())))
        .bind(column(threads, |t| t.row.snoozed_until))
        .execute(c)
        .await
        .map(drop)
}

/// Our messages with these (number, wamid) or ids, locked until the transaction ends.
pub async fn status_targets(
    c: &mut PgConnection,
    workspace: Uuid,
    wamids: &[(Uuid, &str)],
    ids: &[Uuid],
) -> sqlx::Result<Vec<Target>> {
    let (numbers, texts): (Vec<Uuid>, Vec<&str>) = wamids.iter().copied().unzip();
    query_as(STATUS_TARGETS).bind(workspace).bind(numbers).bind(texts).bind(ids).fetch_all(c).await
}

/// Writes events with numbers from `first` on.
pub async fn insert_events(
    c: &mut PgConnection,
    workspace: Uuid,
    first: i64,
    events: &[(Uuid, String)],
    now: Millis,
) -> sqlx::Result<()> {
    let (conversations, bodies): (Vec<Uuid>, Vec<&str>) = events.iter().map(|(id, body)| (*id, body.as_str())).unzip();
    query(INSERT_EVENTS)
        .bind(workspace)
        .bind(first)
        .bind(conversations)
        .bind(bodies)
        .bind(now)
        .execute(c)
        .await
        .map(drop)
}

const LOCK_CONVERSATION: &str = "SELECT id FROM conversations WHERE workspace_id = $1 AND id = $2 FOR UPDATE";

/// Keeps other writers off one conversation until the transaction ends.
pub async fn lock_conversation(c: &mut PgConnection, workspace: Uuid, id: Uuid) -> sqlx::Result<()> {
    query(LOCK_CONVERSATION).bind(workspace).bind(id).execute(c).await.map(drop)
}

const LOCK_MESSAGE: &str = "SELECT id FROM messages WHERE workspace_id = $1 AND id = $2 FOR UPDATE";

/// Keeps other writers off one message until the transaction ends.
pub async fn lock_message(c: &mut PgConnection, workspace: Uuid, id: Uuid) -> sqlx::Result<()> {
    query(LOCK_MESSAGE).bind(workspace).bind(id).execute(c).await.map(drop)
}

const NOTIFY: &str = "SELECT pg_notify('parlance', $1)";

/// Tells every process that listens.
pub async fn notify(pool: &sqlx::PgPool, payload: &str) -> sqlx::Result<()> {
    query(NOTIFY).bind(payload).execute(pool).await.map(drop)
}

//! PostgreSQL's side of contacts: rows are locked in one order, and many come in one statement. On SQLite a writing transaction
//! is alone, and a statement costs little.

use crate::contacts::{
    Thread,
    import::{Known, New},
};
use domain::{id::ImportId, time::Millis};
use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

const LOCK_CONVERSATIONS: &str =
    "SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id FOR UPDATE";
const BY_PHONES: &str =
    "SELECT id, wa_id, profile_name, note, fields, opted_out_at, assignee_id, import_id, import_line
    FROM contacts WHERE workspace_id = $1 AND wa_id = ANY($2)";
// Whose: 1 everybody's, 2 own and nobody's, 3 own.
const THREADS: &str = "SELECT contact_id, last_message_at, labels FROM conversations
    WHERE workspace_id = $1 AND contact_id = ANY($2)
    AND (CAST($3 AS BIGINT) = 1 OR assignee_id = $4 OR (CAST($3 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY contact_id, last_message_at DESC, id DESC";
const AGREED: &str = "SELECT contact_id, MAX(at) FROM consent_events
    WHERE workspace_id = $1 AND contact_id = ANY($2) AND what = 'opted_in' GROUP BY contact_id";
const INSERT: &str = "INSERT INTO contacts (id, workspace_id, wa_id, profile_name, name_key, named, fields, note,
    assignee_id, created_at, updated_at, import_id, import_line)
    SELECT id, $1, wa_id, name, name_key, name <> '', fields, note, $2, $3, $3, $4, line
    FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[])
    AS t (id, wa_id, name, name_key, fields, note, line)";

/// Contacts with these numbers.
pub async fn by_phones(c: &mut PgConnection, workspace: Uuid, phones: &[&str]) -> sqlx::Result<Vec<Known>> {
    query_as(BY_PHONES).bind(workspace).bind(phones).fetch_all(c).await
}

/// Conversations of these contacts.
pub async fn threads(
    c: &mut PgConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    (whose, me): (i64, Uuid),
) -> sqlx::Result<Vec<Thread>> {
    query_as(THREADS).bind(workspace).bind(contacts).bind(whose).bind(me).fetch_all(c).await
}

/// When they last opted in.
pub async fn agreed(c: &mut PgConnection, workspace: Uuid, contacts: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Millis)>> {
    query_as(AGREED).bind(workspace).bind(contacts).fetch_all(c).await
}

/// Contacts that a file brings.
pub async fn insert(
    c: &mut PgConnection,
    workspace: Uuid,
    (import, assignee): (ImportId, Option<Uuid>),
    new: &[New],
    now: Millis,
) -> sqlx::Result<()> {
    fn column<'a, T>(new: &'a [New], cell: impl Fn(&'a New) -> T) -> Vec<T> {
        new.iter().map(cell).collect()
    }
    query(INSERT)
        .bind(workspace)
        .bind(assignee)
        .bind(now)
        .bind(import.0)
        .bind(column(new, |one| one.id))
        .bind(column(new, |one| one.phone.as_str()))
        .bind(column(new, |one| one.name.as_str()))
        .bind(column(new, |one| one.key.as_str()))
        .bind(column(new, |one| one.values.as_str()))
        .bind(column(new, |one| one.note.as_str()))
        .bind(column(new, |one| one.line))
        .execute(c)
        .await
        .map(drop)
}

/// Keeps other writers off a contact's conversations until the transaction ends.
pub async fn lock_conversations(c: &mut PgConnection, workspace: Uuid, contact: Uuid) -> sqlx::Result<()> {
    query(LOCK_CONVERSATIONS).bind(workspace).bind(contact).execute(c).await.map(drop)
}

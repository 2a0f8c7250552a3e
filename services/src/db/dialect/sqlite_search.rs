//! SQLite's side of search: FTS5 over three letters each, in the order of places, so that the newest are read first and nothing
//! beyond the page.

use crate::search::{Candidates, Doc, Known, MessageRecord, Of};
use domain::time::Millis;
use serde_json::{Value, json};
use sqlx::{SqliteConnection, query, query_as};
use uuid::Uuid;

const MESSAGE_TOPS: &str = "SELECT value, (SELECT MAX(place) FROM search_messages
    WHERE workspace_id IS NOT NULL AND place >= value * 65536 AND place < (value + 1) * 65536) FROM json_each($1)";
const CONTACT_TOPS: &str = "SELECT value, (SELECT MAX(place) FROM search_contacts
    WHERE workspace_id IS NOT NULL AND place >= value * 65536 AND place < (value + 1) * 65536) FROM json_each($1)";
const DEQUEUE: &str = "DELETE FROM search_queue WHERE workspace_id = $1 AND id IN (SELECT value FROM json_each($2))";
const FORGET_MESSAGES: &str =
    "DELETE FROM search_messages WHERE workspace_id = $1 AND place IN (SELECT value FROM json_each($2))";
const FORGET_CONTACTS: &str =
    "DELETE FROM search_contacts WHERE workspace_id = $1 AND place IN (SELECT value FROM json_each($2))";
const FORGET_MESSAGE_WORDS: &str = "DELETE FROM search_message_words WHERE rowid IN (SELECT value FROM json_each($1))";
const FORGET_CONTACT_WORDS: &str = "DELETE FROM search_contact_words WHERE rowid IN (SELECT value FROM json_each($1))";
const KEEP_MESSAGES: &str = "INSERT INTO search_messages (workspace_id, place, message_id)
    SELECT $1, value ->> 0, unhex(value ->> 1) FROM json_each($2)";
const KEEP_CONTACTS: &str = "INSERT INTO search_contacts (workspace_id, place, contact_id, name, username, phone)
    SELECT $1, value ->> 0, unhex(value ->> 1), value ->> 3, value ->> 4, value ->> 5 FROM json_each($2)";
const KEEP_MESSAGE_WORDS: &str =
    "INSERT INTO search_message_words (rowid, text) SELECT value ->> 0, value ->> 2 FROM json_each($1)";
const KEEP_CONTACT_WORDS: &str =
    "INSERT INTO search_contact_words (rowid, text) SELECT value ->> 0, value ->> 2 FROM json_each($1)";
const FIND_MESSAGES: &str = "SELECT d.place, d.message_id FROM search_message_words w
    CROSS JOIN search_messages d ON d.place = w.rowid
    WHERE d.workspace_id = $1 AND w.search_message_words MATCH $2 AND w.rowid < $3 ORDER BY w.rowid DESC LIMIT $4";
const FIND_CONTACTS: &str = "SELECT d.place, d.contact_id FROM search_contact_words w
    CROSS JOIN search_contacts d ON d.place = w.rowid
    WHERE d.workspace_id = $1 AND w.search_contact_words MATCH $2 AND w.rowid < $3 ORDER BY w.rowid DESC LIMIT $4";
const MESSAGES: &str = "SELECT m.id, m.conversation_id, m.direction, m.kind, m.body, m.at, m.author_id, v.assignee_id,
    v.contact_id, c.profile_name, c.wa_id, c.meta_user_id, c.username
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    WHERE +m.workspace_id = $1 AND m.id IN (SELECT unhex(value) FROM json_each($2))";
const LATEST: &str = "SELECT id, contact_id, assignee_id FROM conversations
    WHERE +workspace_id = $1 AND contact_id IN (SELECT unhex(value) FROM json_each($2))
    ORDER BY contact_id, CASE WHEN state = 'open' THEN 0 ELSE 1 END, last_message_at DESC, id DESC";

/// The last place of each of these milliseconds, where one is taken.
pub async fn tops(c: &mut SqliteConnection, of: Of, at: &[Millis]) -> sqlx::Result<Vec<(Millis, Option<i64>)>> {
    let sql = if of == Of::Messages { MESSAGE_TOPS } else { CONTACT_TOPS };
    query_as(sql).bind(Value::from(at).to_string()).fetch_all(c).await
}

/// Takes these off the queue.
pub async fn dequeue(c: &mut SqliteConnection, workspace: Uuid, ids: &[i64]) -> sqlx::Result<()> {
    query(DEQUEUE).bind(workspace).bind(Value::from(ids).to_string()).execute(c).await.map(drop)
}

/// Removes what stands at these places.
pub async fn forget(c: &mut SqliteConnection, of: Of, workspace: Uuid, places: &[i64]) -> sqlx::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let (words, rows) = match of {
        Of::Messages => (FORGET_MESSAGE_WORDS, FORGET_MESSAGES),
        Of::Contacts => (FORGET_CONTACT_WORDS, FORGET_CONTACTS),
    };
    let places = Value::from(places).to_string();
    query(words).bind(&places).execute(&mut *c).await?;
    query(rows).bind(workspace).bind(places).execute(c).await.map(drop)
}

/// Writes these, which stand in the order of their places: FTS5 writes a piece of its index whenever a place is lower than the
/// one before.
pub async fn keep(c: &mut SqliteConnection, of: Of, workspace: Uuid, docs: &[Doc]) -> sqlx::Result<()> {
    if docs.is_empty() {
        return Ok(());
    }
    let (words, rows) = match of {
        Of::Messages => (KEEP_MESSAGE_WORDS, KEEP_MESSAGES),
        Of::Contacts => (KEEP_CONTACT_WORDS, KEEP_CONTACTS),
    };
    let row =
        |doc: &Doc| json!([doc.place, doc.item.simple().to_string(), doc.text, doc.name, doc.username, doc.phone]);
    let docs = Value::from_iter(docs.iter().map(row)).to_string();
    query(rows).bind(workspace).bind(&docs).execute(&mut *c).await?;
    query(words).bind(docs).execute(c).await.map(drop)
}

/// Those that have all of these words, maybe more; the newest before `before` first.
pub async fn find(
    c: &mut SqliteConnection,
    of: Of,
    workspace: Uuid,
    words: &[&str],
    before: i64,
    limit: usize,
) -> sqlx::Result<Candidates> {
    let sql = if of == Of::Messages { FIND_MESSAGES } else { FIND_CONTACTS };
    let ask = i64::try_from(limit).unwrap_or(i64::MAX);
    let found: Vec<(i64, Uuid)> =
        query_as(sql).bind(workspace).bind(expression(words)).bind(before).bind(ask).fetch_all(c).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|(place, _)| *place);
    Ok(Candidates { found, next })
}

/// Each three letters in quotes, where nothing has a meaning but the quote.
fn expression(words: &[&str]) -> String {
    let mut all: Vec<String> = Vec::new();
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        for three in letters.windows(domain::search::MIN) {
            let three: String = three.iter().collect();
            let quoted = format!("\"{}\"", three.replace('"', "\"\""));
            if !all.contains(&quoted) {
                all.push(quoted);
            }
        }
    }
    all.join(" AND ")
}

/// The messages, with whose they are; in any order.
pub async fn messages(c: &mut SqliteConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<MessageRecord>> {
    query_as(MESSAGES).bind(workspace).bind(list(ids)).fetch_all(c).await
}

/// The conversations of these contacts, the one to open first.
pub async fn latest(c: &mut SqliteConnection, workspace: Uuid, contacts: &[Uuid]) -> sqlx::Result<Vec<Known>> {
    query_as(LATEST).bind(workspace).bind(list(contacts)).fetch_all(c).await
}

/// As `json_each` reads them.
fn list(ids: &[Uuid]) -> String {
    Value::from_iter(ids.iter().map(|id| id.simple().to_string())).to_string()
}

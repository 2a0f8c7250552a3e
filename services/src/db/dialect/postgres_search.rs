//! PostgreSQL's side of search. GIN finds what is rare and returns it in no order; what is common is sooner read from the newest
//! on. Which it is shows in the first thousand.

use crate::search::{Candidates, Doc, Known, MessageRecord, Of};
use domain::{search::grams, time::Millis};
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

const ALONE: &str = "SELECT pg_try_advisory_xact_lock($1)";
const MESSAGE_TOPS: &str = "SELECT at, (SELECT MAX(place) FROM search_messages
    WHERE workspace_id IS NOT NULL AND place >= at * 65536 AND place < (at + 1) * 65536) FROM unnest($1::bigint[]) AS t (at)";
const CONTACT_TOPS: &str = "SELECT at, (SELECT MAX(place) FROM search_contacts
    WHERE workspace_id IS NOT NULL AND place >= at * 65536 AND place < (at + 1) * 65536) FROM unnest($1::bigint[]) AS t (at)";
const DEQUEUE: &str = "DELETE FROM search_queue WHERE workspace_id = $1 AND id = ANY($2)";
const FORGET_MESSAGES: &str = "DELETE FROM search_messages WHERE workspace_id = $1 AND place = ANY($2)";
const FORGET_CONTACTS: &str = "DELETE FROM search_contacts WHERE workspace_id = $1 AND place = ANY($2)";
const KEEP_MESSAGES: &str = "INSERT INTO search_messages (workspace_id, place, message_id, grams)
    SELECT $1, place, item, grams::integer[] FROM unnest($2::bigint[], $3::uuid[], $4::text[]) AS t (place, item, grams)";
const KEEP_CONTACTS: &str =
    "INSERT INTO search_contacts (workspace_id, place, contact_id, grams, name, username, phone)
    SELECT $1, place, item, grams::integer[], name, username, phone
    FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS t (place, item, grams, name, username, phone)";
const MESSAGE_FLOOR: &str = "SELECT place FROM search_messages WHERE workspace_id = $1 AND place < $2
    ORDER BY place DESC OFFSET $3 LIMIT 1";
const CONTACT_FLOOR: &str = "SELECT place FROM search_contacts WHERE workspace_id = $1 AND place < $2
    ORDER BY place DESC OFFSET $3 LIMIT 1";
// IS TRUE keeps the other index out of it, so does + 0: the planner's guess of how rare three letters are is no help.
const MESSAGES_ABOVE: &str = "SELECT place, message_id FROM search_messages
    WHERE workspace_id = $1 AND place < $2 AND place >= $3 AND (grams @> $4) IS TRUE ORDER BY place DESC LIMIT $5";
const CONTACTS_ABOVE: &str = "SELECT place, contact_id FROM search_contacts
    WHERE workspace_id = $1 AND place < $2 AND place >= $3 AND (grams @> $4) IS TRUE ORDER BY place DESC LIMIT $5";
const RARE_MESSAGES: &str = "SELECT place, message_id FROM search_messages
    WHERE grams @> $3 AND (workspace_id = $1) IS TRUE AND place + 0 < $2 ORDER BY place + 0 DESC LIMIT $4";
const RARE_CONTACTS: &str = "SELECT place, contact_id FROM search_contacts
    WHERE grams @> $3 AND (workspace_id = $1) IS TRUE AND place + 0 < $2 ORDER BY place + 0 DESC LIMIT $4";
const MESSAGES: &str = "SELECT m.id, m.conversation_id, m.direction, m.kind, m.body, m.at, m.author_id, v.assignee_id,
    v.contact_id, c.profile_name, c.wa_id, c.meta_user_id, c.username
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    WHERE m.workspace_id = $1 AND m.id = ANY($2)";
const LATEST: &str = "SELECT id, contact_id, assignee_id FROM conversations
    WHERE workspace_id = $1 AND contact_id = ANY($2)
    ORDER BY contact_id, CASE WHEN state = 'open' THEN 0 ELSE 1 END, last_message_at DESC, id DESC";

/// Of the lock that the indexing process holds for one batch.
const LOCK: i64 = 0x7061_726c_5365_6172;
/// The first look at the newest, and how much further the next one goes.
pub const WINDOW: i64 = 1_000;
const WIDER: i64 = 4;
/// Rarer than one in so many is left to GIN.
const COMMON: i64 = 200;

/// Until the transaction ends nobody else indexes; false when somebody does.
pub async fn alone(c: &mut PgConnection) -> sqlx::Result<bool> {
    query_scalar(ALONE).bind(LOCK).fetch_one(c).await
}

/// The last place of each of these milliseconds, where one is taken.
pub async fn tops(c: &mut PgConnection, of: Of, at: &[Millis]) -> sqlx::Result<Vec<(Millis, Option<i64>)>> {
    let sql = if of == Of::Messages { MESSAGE_TOPS } else { CONTACT_TOPS };
    query_as(sql).bind(at).fetch_all(c).await
}

/// Takes these off the queue.
pub async fn dequeue(c: &mut PgConnection, workspace: Uuid, ids: &[i64]) -> sqlx::Result<()> {
    query(DEQUEUE).bind(workspace).bind(ids).execute(c).await.map(drop)
}

/// Removes what stands at these places.
pub async fn forget(c: &mut PgConnection, of: Of, workspace: Uuid, places: &[i64]) -> sqlx::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let sql = if of == Of::Messages { FORGET_MESSAGES } else { FORGET_CONTACTS };
    query(sql).bind(workspace).bind(places).execute(c).await.map(drop)
}

/// Writes these.
pub async fn keep(c: &mut PgConnection, of: Of, workspace: Uuid, docs: &[Doc]) -> sqlx::Result<()> {
    if docs.is_empty() {
        return Ok(());
    }
    let places: Vec<i64> = docs.iter().map(|doc| doc.place).collect();
    let items: Vec<Uuid> = docs.iter().map(|doc| doc.item).collect();
    let grams: Vec<String> = docs.iter().map(|doc| literal(&grams(&doc.text))).collect();
    let sql = if of == Of::Messages { KEEP_MESSAGES } else { KEEP_CONTACTS };
    let keep = query(sql).bind(workspace).bind(places).bind(items).bind(grams);
    let keep = match of {
        Of::Messages => keep,
        Of::Contacts => keep
            .bind(docs.iter().map(|doc| doc.name.clone()).collect::<Vec<_>>())
            .bind(docs.iter().map(|doc| doc.username.clone()).collect::<Vec<_>>())
            .bind(docs.iter().map(|doc| doc.phone.clone()).collect::<Vec<_>>()),
    };
    keep.execute(c).await.map(drop)
}

/// An array within an array has to be a text.
fn literal(numbers: &[i32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

/// Those that have all of these words, maybe more; the newest before `before` first. `window` is how many of the newest are
/// read one by one, 0 once the words have shown to be rare.
pub async fn find(
    c: &mut PgConnection,
    of: Of,
    workspace: Uuid,
    words: &[&str],
    (before, limit): (i64, usize),
    window: &mut i64,
) -> sqlx::Result<Candidates> {
    let wanted = grams(&words.join(" "));
    let (floor, above, rare) = match of {
        Of::Messages => (MESSAGE_FLOOR, MESSAGES_ABOVE, RARE_MESSAGES),
        Of::Contacts => (CONTACT_FLOOR, CONTACTS_ABOVE, RARE_CONTACTS),
    };
    let ask = i64::try_from(limit).unwrap_or(i64::MAX);
    if *window > 0 {
        let floor: Option<i64> =
            query_scalar(floor).bind(workspace).bind(before).bind(*window - 1).fetch_optional(&mut *c).await?;
        let found: Vec<(i64, Uuid)> = query_as(above)
            .bind(workspace)
            .bind(before)
            .bind(floor.unwrap_or(i64::MIN))
            .bind(&wanted)
            .bind(ask)
            .fetch_all(&mut *c)
            .await?;
        if found.len() == limit {
            let next = found.last().map(|(place, _)| *place);
            return Ok(Candidates { found, next });
        }
        let common = i64::try_from(found.len()).unwrap_or(i64::MAX).saturating_mul(COMMON) >= *window;
        *window = if common { *window * WIDER } else { 0 };
        if floor.is_none() || !found.is_empty() {
            return Ok(Candidates { found, next: floor });
        }
    }
    let found: Vec<(i64, Uuid)> =
        query_as(rare).bind(workspace).bind(before).bind(wanted).bind(ask).fetch_all(c).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|(place, _)| *place);
    Ok(Candidates { found, next })
}

/// The messages, with whose they are; in any order.
pub async fn messages(c: &mut PgConnection, workspace: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<MessageRecord>> {
    query_as(MESSAGES).bind(workspace).bind(ids).fetch_all(c).await
}

/// The conversations of these contacts, the one to open first.
pub async fn latest(c: &mut PgConnection, workspace: Uuid, contacts: &[Uuid]) -> sqlx::Result<Vec<Known>> {
    query_as(LATEST).bind(workspace).bind(contacts).fetch_all(c).await
}

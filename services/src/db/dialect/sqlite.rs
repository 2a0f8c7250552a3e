//! SQLite's side of the hot path: prepared statements over single rows, and over sixteen where many come together.

use crate::ingest::{Contact, NewMessage, OpenRecord, Target, Thread};
use domain::{contact::name_key, time::Millis};
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use std::collections::HashSet;
use uuid::Uuid;

const CONTACTS_BY_WA_ID: &str =
    "SELECT id, wa_id, meta_user_id, profile_name, username, named, assignee_id, opted_out_at FROM contacts
    WHERE workspace_id = $1 AND wa_id IN (SELECT value FROM json_each($2))";
const CONTACTS_BY_USER_ID: &str =
    "SELECT id, wa_id, meta_user_id, profile_name, username, named, assignee_id, opted_out_at FROM contacts
    WHERE workspace_id = $1 AND meta_user_id IN (SELECT value FROM json_each($2))";
const INSERT_CONTACT: &str = "INSERT INTO contacts
    (id, workspace_id, wa_id, meta_user_id, profile_name, username, created_at, updated_at, name_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
const UPDATE_CONTACT: &str =
    "UPDATE contacts SET wa_id = $3, meta_user_id = $4, profile_name = $5, username = $6, updated_at = $7, name_key = $8
    WHERE workspace_id = $1 AND id = $2";
// Without the hint the planner walks all open conversations of the workspace.
const OPEN_CONVERSATIONS: &str =
    "SELECT id, number_id, contact_id, assignee_id, last_message_at, unread, window_expires_at,
    preview_message_id, preview_direction, preview_kind, preview_status, preview_text, labels, snoozed_until
    FROM conversations INDEXED BY conversations_open
    WHERE workspace_id = $1 AND state = 'open' AND number_id IN (SELECT unhex(value) FROM json_each($2))
    AND contact_id IN (SELECT unhex(value) FROM json_each($3))";
const KNOWN_WAMID: &str = "SELECT 1 FROM messages WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3";
const INSERT_MESSAGE: &str = "INSERT INTO messages
    (id, workspace_id, conversation_id, number_id, direction, kind, body, payload, extras, quoted_wamid, raw, wamid,
    status, status_rank, at)
    VALUES ($1, $2, $3, $4, 'in', $5, $6, $7, $8, $9, $10, $11, 'received', 0, $12) ON CONFLICT DO NOTHING";
const INSERT_SIXTEEN_MESSAGES: &str = "INSERT INTO messages
    (id, workspace_id, conversation_id, number_id, direction, kind, body, payload, extras, quoted_wamid, raw, wamid,
    status, status_rank, at) VALUES
    ($2, $1, $3, $4, 'in', $5, $6, $7, $8, $9, $10, $11, 'received', 0, $12),
    ($13, $1, $14, $15, 'in', $16, $17, $18, $19, $20, $21, $22, 'received', 0, $23),
    ($24, $1, $25, $26, 'in', $27, $28, $29, $30, $31, $32, $33, 'received', 0, $34),
    ($35, $1, $36, $37, 'in', $38, $39, $40, $41, $42, $43, $44, 'received', 0, $45),
    ($46, $1, $47, $48, 'in', $49, $50, $51, $52, $53, $54, $55, 'received', 0, $56),
    ($57, $1, $58, $59, 'in', $60, $61, $62, $63, $64, $65, $66, 'received', 0, $67),
    ($68, $1, $69, $70, 'in', $71, $72, $73, $74, $75, $76, $77, 'received', 0, $78),
    ($79, $1, $80, $81, 'in', $82, $83, $84, $85, $86, $87, $88, 'received', 0, $89),
    ($90, $1, $91, $92, 'in', $93, $94, $95, $96, $97, $98, $99, 'received', 0, $100),
    ($101, $1, $102, $103, 'in', $104, $105, $106, $107, $108, $109, $110, 'received', 0, $111),
    ($112, $1, $113, $114, 'in', $115, $116, $117, $118, $119, $120, $121, 'received', 0, $122),
    ($123, $1, $124, $125, 'in', $126, $127, $128, $129, $130, $131, $132, 'received', 0, $133),
    ($134, $1, $135, $136, 'in', $137, $138, $139, $140, $141, $142, $143, 'received', 0, $144),
    ($145, $1, $146, $147, 'in', $148, $149, $150, $151, $152, $153, $154, 'received', 0, $155),
    ($156, $1, $157, $158, 'in', $159, $160, $161, $162, $163, $164, $165, 'received', 0, $166),
    ($167, $1, $168, $169, 'in', $170, $171, $172, $173, $174, $175, $176, 'received', 0, $177)
    ON CONFLICT DO NOTHING RETURNING id";
const INSERT_CONVERSATION: &str = "INSERT INTO conversations
    (id, workspace_id, number_id, contact_id, state, assignee_id, last_message_at, unread, window_expires_at,
    preview_message_id, preview_direction, preview_kind, preview_status, preview_text, created_at, snoozed_until)
    VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const UPDATE_CONVERSATION: &str = "UPDATE conversations SET last_message_at = $3, unread = $4, window_expires_at = $5,
    preview_message_id = $6, preview_direction = $7, preview_kind = $8, preview_status = $9, preview_text = $10,
    snoozed_until = $11
    WHERE workspace_id = $1 AND id = $2";
const UPDATE_EIGHT_CONVERSATIONS: &str = "WITH t (id, last_message_at, unread, window_expires_at, preview_message_id,
    preview_direction, preview_kind, preview_status, preview_text, snoozed_until) AS (VALUES
    ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11),
    ($12, $13, $14, $15, $16, $17, $18, $19, $20, $21),
    ($22, $23, $24, $25, $26, $27, $28, $29, $30, $31),
    ($32, $33, $34, $35, $36, $37, $38, $39, $40, $41),
    ($42, $43, $44, $45, $46, $47, $48, $49, $50, $51),
    ($52, $53, $54, $55, $56, $57, $58, $59, $60, $61),
    ($62, $63, $64, $65, $66, $67, $68, $69, $70, $71),
    ($72, $73, $74, $75, $76, $77, $78, $79, $80, $81))
    UPDATE conversations SET last_message_at = t.last_message_at, unread = t.unread,
    window_expires_at = t.window_expires_at, preview_message_id = t.preview_message_id,
    preview_direction = t.preview_direction, preview_kind = t.preview_kind, preview_status = t.preview_status,
    preview_text = t.preview_text, snoozed_until = t.snoozed_until FROM t
    WHERE conversations.workspace_id = $1 AND conversations.id = t.id";
const TARGET_BY_WAMID: &str = "SELECT * FROM messages
    WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3 AND direction = 'out'";
const TARGET_BY_ID: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";
const INSERT_EVENT: &str =
    "INSERT INTO events (workspace_id, seq, conversation_id, body, at) VALUES ($1, $2, $3, $4, $5)";
// For any number of events up to sixteen: what is not bound has no number and is left out. A statement costs a turn of the
// connection's thread, which is more than the rows cost.
const INSERT_SOME_EVENTS: &str = "WITH e (seq, conversation_id, body) AS (VALUES
    (CAST($3 AS INTEGER), $4, $5),
    (CAST($6 AS INTEGER), $7, $8),
    (CAST($9 AS INTEGER), $10, $11),
    (CAST($12 AS INTEGER), $13, $14),
    (CAST($15 AS INTEGER), $16, $17),
    (CAST($18 AS INTEGER), $19, $20),
    (CAST($21 AS INTEGER), $22, $23),
    (CAST($24 AS INTEGER), $25, $26),
    (CAST($27 AS INTEGER), $28, $29),
    (CAST($30 AS INTEGER), $31, $32),
    (CAST($33 AS INTEGER), $34, $35),
    (CAST($36 AS INTEGER), $37, $38),
    (CAST($39 AS INTEGER), $40, $41),
    (CAST($42 AS INTEGER), $43, $44),
    (CAST($45 AS INTEGER), $46, $47),
    (CAST($48 AS INTEGER), $49, $50))
    INSERT INTO events (workspace_id, at, seq, conversation_id, body)
    SELECT $1, $2, seq, conversation_id, body FROM e WHERE seq IS NOT NULL";

/// Contacts with any of these ids; one that has both may come twice.
pub async fn contacts(
    c: &mut SqliteConnection,
    workspace: Uuid,
    wa_ids: &[&str],
    user_ids: &[&str],
) -> sqlx::Result<Vec<Contact>> {
    let mut found = Vec::with_capacity(wa_ids.len() + user_ids.len());
    for (sql, ids) in [(CONTACTS_BY_USER_ID, user_ids), (CONTACTS_BY_WA_ID, wa_ids)] {
        if !ids.is_empty() {
            found.extend(query_as::<_, Contact>(sql).bind(workspace).bind(json(ids)).fetch_all(&mut *c).await?);
        }
    }
    Ok(found)
}

pub async fn insert_contacts(
    c: &mut SqliteConnection,
    workspace: Uuid,
    contacts: &[&Contact],
    now: Millis,
) -> sqlx::Result<()> {
    for contact in contacts {
        query(INSERT_CONTACT)
            .bind(contact.id)
            .bind(workspace)
            .bind(&contact.wa_id)
            .bind(&contact.meta_user_id)
            .bind(&contact.profile_name)
            .bind(&contact.username)
            .bind(now)
            .bind(name_key(&contact.profile_name))
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub async fn update_contacts(
    c: &mut SqliteConnection,
    workspace: Uuid,
    contacts: &[&Contact],
    now: Millis,
) -> sqlx::Result<()> {
    for contact in contacts {
        query(UPDATE_CONTACT)
            .bind(workspace)
            .bind(contact.id)
            .bind(&contact.wa_id)
            .bind(&contact.meta_user_id)
            .bind(&contact.profile_name)
            .bind(&contact.username)
            .bind(now)
            .bind(name_key(&contact.profile_name))
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

/// Open conversations of these (number, contact) pairs, maybe more. The writing transaction keeps other writers out.
pub async fn open_conversations(
    c: &mut SqliteConnection,
    workspace: Uuid,
    pairs: &[(Uuid, Uuid)],
) -> sqlx::Result<Vec<OpenRecord>> {
    let (numbers, contacts): (HashSet<Uuid>, HashSet<Uuid>) = pairs.iter().copied().unzip();
    let hex = |ids: HashSet<Uuid>| json(&ids.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>());
    query_as(OPEN_CONVERSATIONS).bind(workspace).bind(hex(numbers)).bind(hex(contacts)).fetch_all(c).await
}

/// A list as `json_each` reads it.
fn json<S: AsRef<str>>(items: &[S]) -> String {
    serde_json::Value::from_iter(items.iter().map(AsRef::as_ref)).to_string()
}

/// Which of these (number, wamid) are stored already.
pub async fn known_wamids(
    c: &mut SqliteConnection,
    workspace: Uuid,
    wamids: &[(Uuid, &str)],
) -> sqlx::Result<HashSet<(Uuid, String)>> {
    let mut known = HashSet::new();
    for (number, wamid) in wamids {
        let hit = query(KNOWN_WAMID).bind(workspace).bind(number).bind(*wamid).fetch_optional(&mut *c).await?;
        if hit.is_some() {
            known.insert((*number, (*wamid).to_owned()));
        }
    }
    Ok(known)
}

/// Writes messages, except those that are stored already; returns the ids of those that were not.
pub async fn insert_messages(
    c: &mut SqliteConnection,
    workspace: Uuid,
    messages: &[&NewMessage<'_>],
) -> sqlx::Result<HashSet<Uuid>> {
    let mut inserted = HashSet::with_capacity(messages.len());
    let (sixteens, rest) = messages.as_chunks::<16>();
    for sixteen in sixteens {
        let mut statement = query_scalar(INSERT_SIXTEEN_MESSAGES).bind(workspace);
        for new in sixteen {
            statement = statement
                .bind(new.id)
                .bind(new.conversation)
                .bind(new.number)
                .bind(new.inbound.kind.as_str())
                .bind(&new.inbound.text)
                .bind(&new.payload)
                .bind(new.extras.stored())
                .bind(&new.inbound.quoted)
                .bind(&new.inbound.raw)
                .bind(&new.inbound.wamid)
                .bind(new.inbound.at);
        }
        let ids: Vec<Uuid> = statement.fetch_all(&mut *c).await?;
        inserted.extend(ids);
    }
    for new in rest {
        let done = query(INSERT_MESSAGE)
            .bind(new.id)
            .bind(workspace)
            .bind(new.conversation)
            .bind(new.number)
            .bind(new.inbound.kind.as_str())
            .bind(&new.inbound.text)
            .bind(&new.payload)
            .bind(new.extras.stored())
            .bind(&new.inbound.quoted)
            .bind(&new.inbound.raw)
            .bind(&new.inbound.wamid)
            .bind(new.inbound.at)
            .execute(&mut *c)
            .await?;
        if done.rows_affected() == 1 {
            inserted.insert(new.id);
        }
    }
    Ok(inserted)
}

pub async fn insert_conversations(
    c: &mut SqliteConnection,
    workspace: Uuid,
    threads: &[&Thread],
    now: Millis,
) -> sqlx::Result<()> {
    for thread in threads {
        let (row, preview) = (&thread.row, thread.row.preview.as_ref());
        query(INSERT_CONVERSATION)
            .bind(row.id.0)
            .bind(workspace)
            .bind(row.number.id.0)
            .bind(row.contact.id.0)
            .bind(row.assignee.map(|member| member.0))
            .bind(row.last_message_at)
            .bind(row.unread)
            .bind(row.window_expires_at)
            .bind(thread.preview_message)
            .bind(preview.map(|p| p.direction.as_str()))
            .bind(preview.map(|p| p.kind.as_str()))
            .bind(preview.map(|p| p.status.as_str()))
            .bind(preview.map(|p| p.text.as_str()))
            .bind(now)
            .bind(row.snoozed_until)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub async fn update_conversations(c: &mut SqliteConnection, workspace: Uuid, threads: &[&Thread]) -> sqlx::Result<()> {
    let (eights, rest) = threads.as_chunks::<8>();
    for (sql, group) in eights
        .iter()
        .map(|eight| (UPDATE_EIGHT_CONVERSATIONS, &eight[..]))
        .chain(rest.chunks(1).map(|one| (UPDATE_CONVERSATION, one)))
    {
        let mut statement = query(sql).bind(workspace);
        for thread in group {
            let (row, preview) = (&thread.row, thread.row.preview.as_ref());
            statement = statement
                .bind(row.id.0)
                .bind(row.last_message_at)
                .bind(row.unread)
                .bind(row.window_expires_at)
                .bind(thread.preview_message)
                .bind(preview.map(|p| p.direction.as_str()))
                .bind(preview.map(|p| p.kind.as_str()))
                .bind(preview.map(|p| p.status.as_str()))
                .bind(preview.map(|p| p.text.as_str()))
                .bind(row.snoozed_until);
        }
        statement.execute(&mut *c).await?;
    }
    Ok(())
}

/// Our messages with these (number, wamid) or ids.
pub async fn status_targets(
    c: &mut SqliteConnection,
    workspace: Uuid,
    wamids: &[(Uuid, &str)],
    ids: &[Uuid],
) -> sqlx::Result<Vec<Target>> {
    let mut found = Vec::with_capacity(wamids.len());
    for (number, wamid) in wamids {
        let one = query_as(TARGET_BY_WAMID).bind(workspace).bind(number).bind(*wamid);
        found.extend(one.fetch_optional(&mut *c).await?);
    }
    for id in ids {
        found.extend(query_as(TARGET_BY_ID).bind(workspace).bind(id).fetch_optional(&mut *c).await?);
    }
    Ok(found)
}

/// Writes events with numbers from `first` on.
pub async fn insert_events(
    c: &mut SqliteConnection,
    workspace: Uuid,
    first: i64,
    events: &[(Uuid, String)],
    now: Millis,
) -> sqlx::Result<()> {
    let mut seq = first;
    for some in events.chunks(16) {
        if let [(conversation, body)] = some {
            let one = query(INSERT_EVENT).bind(workspace).bind(seq).bind(conversation).bind(body).bind(now);
            one.execute(&mut *c).await?;
            seq += 1;
            continue;
        }
        let mut statement = query(INSERT_SOME_EVENTS).bind(workspace).bind(now);
        for (conversation, body) in some {
            statement = statement.bind(seq).bind(conversation).bind(body);
            seq += 1;
        }
        for _ in some.len()..16 {
            statement = statement.bind(None::<i64>).bind(None::<Uuid>).bind(None::<&str>);
        }
        statement.execute(&mut *c).await?;
    }
    Ok(())
}

use crate::{Ctx, Result, clock::new_id, conversations::row::RowRecord, db::Tx, sql};
use domain::{
    contact::Contact,
    id::MemberId,
    inbox::{Event, Note, Place, Row},
    time::Millis,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const ROWS: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id IN ($2, $3) ORDER BY id";
const AFTER: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id";
const CLOSE: &str = "UPDATE conversations SET state = 'closed', closed_at = $3, snoozed_until = NULL, unread = 0
    WHERE workspace_id = $1 AND id = $2";
const GO_ON: &str = "UPDATE conversations SET unread = $3, window_expires_at = $4, snoozed_until = $5, assignee_id = $6
    WHERE workspace_id = $1 AND id = $2";
const MOVE: &str = "UPDATE conversations SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2";
const NOTE: &str = "INSERT INTO notes (workspace_id, id, conversation_id, author_id, body, at)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// A note in a conversation.
struct Written {
    conversation: Uuid,
    note: Note,
}

/// Moves conversations. No message changes its place: what is on its way, what was quoted and what colleagues linked to stays
/// where it was. What was unread in the one that is closed is unread in the one that goes on.
pub(super) async fn join(ctx: &Ctx, tx: &mut Tx, one: &Contact, goes: &Contact) -> Result<Vec<Event>> {
    let (ws, now, me) = (ctx.ws(), ctx.now(), ctx.me().id);
    let rows: Vec<RowRecord> = sql!(all RowRecord, tx.conn(), ROWS, ws, one.id.0, goes.id.0)?;
    let mut notes = Vec::new();
    for (older, newer) in rivals(&rows) {
        sql!(exec tx.conn(), CLOSE, ws, older.id, now)?;
        // Out of sight only where both were.
        let snoozed = newer.snoozed_until.filter(|_| older.snoozed_until.is_some());
        let (unread, window) = (newer.unread + older.unread, newer.window_expires_at.max(older.window_expires_at));
        let assignee = newer.assignee_id.or(older.assignee_id);
        sql!(exec tx.conn(), GO_ON, ws, newer.id, unread, window, snoozed, assignee)?;
        notes.push(note(me, older.id, closed_text(one), now));
        notes.push(note(me, newer.id, open_text(older, goes), now));
    }
    sql!(exec tx.conn(), MOVE, ws, goes.id.0, one.id.0)?;
    for Written { conversation, note } in &notes {
        sql!(exec tx.conn(), NOTE, ws, note.id.0, *conversation, me.0, &note.body, note.at)?;
    }
    told(tx, ws, one, rows, notes).await
}

/// Open conversations on one number, the one that was quiet for longer first.
fn rivals(rows: &[RowRecord]) -> Vec<(&RowRecord, &RowRecord)> {
    let mut open: BTreeMap<Uuid, Vec<&RowRecord>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == "open") {
        open.entry(row.number_id).or_default().push(row);
    }
    open.into_values()
        .filter_map(|mut both| {
            both.sort_by_key(|row| (row.last_message_at, row.id));
            if let [older, newer] = both.as_slice() { Some((*older, *newer)) } else { None }
        })
        .collect()
}

fn note(author: MemberId, conversation: Uuid, body: String, at: Millis) -> Written {
    Written {
        conversation,
        note: Note {
            id: new_id().into(),
            author,
            body,
            at,
            edited_at: None,
            mentions: Vec::new(),
            sign: String::new(),
        },
    }
}

fn closed_text(one: &Contact) -> String {
    format!("Closed as two contacts were merged: the conversation with {} goes on in the other one.", one.label())
}

fn open_text(older: &RowRecord, goes: &Contact) -> String {
    let unread = match older.unread {
        0 => String::new(),
        1 => " 1 message there was unread.".to_owned(),
        many => format!(" {many} messages there were unread."),
    };
    let address = goes.phone.as_deref().or(goes.user_id.as_deref()).unwrap_or_default();
    format!(
        "{} ({address}) was merged into this contact. What was written there stands in a conversation that is closed now.{unread}",
        goes.label()
    )
}

/// What screens are told: every conversation of the one contact, then the notes.
async fn told(tx: &mut Tx, ws: Uuid, one: &Contact, before: Vec<RowRecord>, notes: Vec<Written>) -> Result<Vec<Event>> {
    let places: BTreeMap<Uuid, Place> = before.into_iter().map(|row| (row.id, Place::of(&Row::from(row)))).collect();
    let after: Vec<RowRecord> = sql!(all RowRecord, tx.conn(), AFTER, ws, one.id.0)?;
    let mut events = Vec::with_capacity(after.len() + notes.len());
    let mut written = Vec::with_capacity(notes.len());
    for record in after {
        let id = record.id;
        let row = Row::from(record);
        let mine = notes.iter().filter(|written| written.conversation == id);
        written.extend(mine.map(|written| Event::Note { row: row.clone(), note: written.note.clone() }));
        let was = places.get(&id).copied().unwrap_or_else(|| Place::of(&row));
        events.push(Event::Conversation { row, was, lines: Vec::new() });
    }
    events.append(&mut written);
    Ok(events)
}

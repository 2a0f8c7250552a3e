use super::{
    change,
    draft::{self, Draft},
    mention,
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::Conn,
    notices, send, sql,
};
use domain::{
    audit::Action,
    id::{ConversationId, MemberId, NoteId},
    inbox::{Event, Note},
    message::outgoing_text,
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

/// Notes beside one page of messages: more than that is nobody's page.
const MOST: i64 = 200;

const WRITE: &str = "INSERT INTO notes (workspace_id, id, conversation_id, author_id, body, at, mentions)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
const KNOWN: &str = "SELECT id, author_id, body, at, mentions, edited_at FROM notes
    WHERE workspace_id = $1 AND id = $2 AND conversation_id = $3 AND author_id = $4 AND body = $5";
const BETWEEN: &str = "SELECT id, author_id, body, at, mentions, edited_at FROM notes
    WHERE workspace_id = $1 AND conversation_id = $2 AND at >= $3 AND at < $4 ORDER BY at DESC, id DESC LIMIT $5";

#[derive(sqlx::FromRow)]
pub(super) struct NoteRecord {
    id: Uuid,
    author_id: Uuid,
    body: String,
    at: Millis,
    mentions: String,
    edited_at: Option<Millis>,
}

impl From<NoteRecord> for Note {
    fn from(NoteRecord { id, author_id, body, at, mentions, edited_at }: NoteRecord) -> Self {
        let mentions = serde_json::from_str(&mentions).unwrap_or_default();
        Note { id: id.into(), author: author_id.into(), body, at, mentions, edited_at, sign: String::new() }
    }
}

/// Writes a note for colleagues, also in a closed conversation and whether or not the customer may be answered. `key` is its id:
/// asking again with the same words changes nothing.
///
/// # Errors
/// `NotFound`, `Forbidden`, `EmptyMessage`, `MessageTooLong`; `Conflict` when the key was used for something else.
pub async fn note(ctx: &Ctx, id: ConversationId, key: NoteId, text: &str) -> Result<Note> {
    note_for(ctx, id, key, text, &[]).await
}

/// The same, meant for some colleagues: their pages say so.
///
/// # Errors
/// As [`note`]; `Invalid` for somebody who is not a member, or who may not see it.
pub async fn note_for(ctx: &Ctx, id: ConversationId, key: NoteId, text: &str, mentions: &[MemberId]) -> Result<Note> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesNote, row.assignee())?;
    let (body, author, at) = (outgoing_text(text)?, ctx.me().id, ctx.now());
    let mentions = mention::checked(ctx, tx.conn(), row.assignee(), mentions).await?;
    let column = mention::column(&mentions);
    if sql!(exec tx.conn(), WRITE, ctx.ws(), key.0, id.0, author.0, &body, at, column)? == 0 {
        let known = sql!(opt NoteRecord, tx.conn(), KNOWN, ctx.ws(), key.0, id.0, author.0, &body)?;
        return known.map(Note::from).ok_or_else(send::taken);
    }
    let note = Note { id: key, author, body, at, mentions, edited_at: None, sign: String::new() };
    // The words are no business of the trail.
    audit::record(&mut tx, ctx, Entry::new(Action::NoteWritten).on("conversation", id.0)).await?;
    notices::mentioned(ctx, &mut tx, (id, key), &note.mentions).await?;
    draft::sent(ctx, &mut tx, id, Draft::Note, &note.body).await?;
    change::finish(ctx, tx, Event::Note { row: row.into(), note: note.clone() }).await?;
    Ok(note)
}

/// The newest notes of a conversation from one moment until before another, oldest first.
pub(super) async fn between(
    ctx: &Ctx,
    conn: Conn<'_>,
    conversation: ConversationId,
    (from, to): (Millis, Millis),
) -> Result<Vec<Note>> {
    let found: Vec<NoteRecord> = sql!(all NoteRecord, conn, BETWEEN, ctx.ws(), conversation.0, from, to, MOST)?;
    Ok(found.into_iter().rev().map(Note::from).collect())
}

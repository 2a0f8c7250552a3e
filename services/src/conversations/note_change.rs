use super::{change, mention, note::NoteRecord};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::Tx,
    notices, sql,
};
use domain::{
    audit::Action,
    id::{ConversationId, MemberId, NoteId},
    inbox::{Event, Note},
    message::outgoing_text,
    permission::Permission,
};
use uuid::Uuid;

const WHERE: &str = "SELECT conversation_id FROM notes WHERE workspace_id = $1 AND id = $2";
const NOTE: &str = "SELECT id, author_id, body, at, mentions, edited_at FROM notes WHERE workspace_id = $1 AND id = $2";
const CHANGE: &str = "UPDATE notes SET body = $3, mentions = $4, edited_at = $5 WHERE workspace_id = $1 AND id = $2";
const REMOVE: &str = "DELETE FROM notes WHERE workspace_id = $1 AND id = $2";

/// Changes the words of a note of one's own, and whom it is meant for.
///
/// # Errors
/// `NotFound`, `Forbidden`, `EmptyMessage`, `MessageTooLong`; `Invalid` for somebody who may not see it; `Conflict` for a
/// colleague's note.
pub async fn change_note(ctx: &Ctx, id: NoteId, text: &str, mentions: &[MemberId]) -> Result<Note> {
    let (mut tx, row, before) = own(ctx, id).await?;
    let body = outgoing_text(text)?;
    let mentions = mention::checked(ctx, tx.conn(), row.assignee(), mentions).await?;
    if body == before.body && mentions == before.mentions {
        return Ok(before);
    }
    let at = ctx.now();
    sql!(exec tx.conn(), CHANGE, ctx.ws(), id.0, &body, mention::column(&mentions), at)?;
    // The words are no business of the trail.
    audit::record(&mut tx, ctx, Entry::new(Action::NoteChanged).on("conversation", row.id)).await?;
    let note = Note { body, mentions, edited_at: Some(at), ..before };
    notices::mentioned(ctx, &mut tx, (row.id.into(), id), &note.mentions).await?;
    change::finish(ctx, tx, Event::Note { row: row.into(), note: note.clone() }).await?;
    Ok(note)
}

/// Removes a note of one's own.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Conflict` for a colleague's note.
pub async fn remove_note(ctx: &Ctx, id: NoteId) -> Result<()> {
    let (mut tx, row, _) = own(ctx, id).await?;
    sql!(exec tx.conn(), REMOVE, ctx.ws(), id.0)?;
    notices::forget_note(ctx, tx.conn(), id).await?;
    audit::record(&mut tx, ctx, Entry::new(Action::NoteRemoved).on("conversation", row.id)).await?;
    change::finish(ctx, tx, Event::NoteRemoved { row: row.into(), note: id }).await
}

/// The note, with its conversation locked: nobody changes it meanwhile.
async fn own(ctx: &Ctx, id: NoteId) -> Result<(Tx, super::row::RowRecord, Note)> {
    let conversation = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt Uuid, read.conn(), WHERE, ctx.ws(), id.0)?
    };
    // Who may not know of conversations learns nothing of their notes.
    ctx.demand(Permission::ConversationsView)?;
    let conversation: ConversationId = conversation.ok_or(domain::Error::NotFound)?.into();
    let (mut tx, row) = change::lock(ctx, conversation).await?;
    ctx.demand_on(Permission::MessagesNote, row.assignee())?;
    let note: Option<NoteRecord> = sql!(opt NoteRecord, tx.conn(), NOTE, ctx.ws(), id.0)?;
    let note = Note::from(note.ok_or(domain::Error::NotFound)?);
    if note.author != ctx.me().id {
        return Err(Error::Conflict("Only whoever wrote a note can change or remove it.".to_owned()));
    }
    Ok((tx, row, note))
}

//! Written in the transaction of what they tell.

use crate::{
    Ctx, Result,
    clock::new_id,
    db::{Conn, Tx},
    push, sql,
};
use domain::{
    id::{ConversationId, MemberId, NoteId},
    notice::Kind,
};

const MENTION: &str = "INSERT INTO notices (workspace_id, id, member_id, kind, conversation_id, actor_id, note_id, at)
    VALUES ($1, $2, $3, 'mention', $4, $5, $6, $7)
    ON CONFLICT (note_id, member_id) WHERE note_id IS NOT NULL DO NOTHING";
// What they have not looked at yet is said once, with whoever did it last.
const ASSIGNED: &str = "INSERT INTO notices (workspace_id, id, member_id, kind, conversation_id, actor_id, at)
    VALUES ($1, $2, $3, 'assigned', $4, $5, $6)
    ON CONFLICT (member_id, conversation_id) WHERE kind = 'assigned' AND read_at IS NULL
    DO UPDATE SET actor_id = excluded.actor_id, at = excluded.at";
const FORGET_NOTE: &str = "DELETE FROM notices WHERE workspace_id = $1 AND note_id = $2";

/// The member's note names colleagues: each is told once of one note.
pub(crate) async fn mentioned(
    ctx: &Ctx,
    tx: &mut Tx,
    (conversation, note): (ConversationId, NoteId),
    members: &[MemberId],
) -> Result<()> {
    let me = ctx.me().id;
    for member in members.iter().filter(|member| **member != me) {
        let id = new_id();
        let new = sql!(exec tx.conn(), MENTION, ctx.ws(), id, member.0, conversation.0, me.0, note.0, ctx.now())?;
        if new > 0 {
            push::want_for(ctx, tx, *member, conversation, Kind::Mention.into()).await?;
        }
    }
    Ok(())
}

/// The member gave a conversation to somebody; to themselves is no news.
pub(crate) async fn assigned(ctx: &Ctx, tx: &mut Tx, conversation: ConversationId, to: MemberId) -> Result<()> {
    let me = ctx.me().id;
    if to == me {
        return Ok(());
    }
    sql!(exec tx.conn(), ASSIGNED, ctx.ws(), new_id(), to.0, conversation.0, me.0, ctx.now())?;
    push::want_for(ctx, tx, to, conversation, Kind::Assigned.into()).await
}

/// A note is gone, and with it what was told of it.
pub(crate) async fn forget_note(ctx: &Ctx, conn: Conn<'_>, note: NoteId) -> Result<()> {
    sql!(exec conn, FORGET_NOTE, ctx.ws(), note.0)?;
    Ok(())
}

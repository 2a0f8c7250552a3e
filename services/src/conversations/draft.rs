//! What a member began to write and has not sent. It is theirs alone: nobody else reads it, no event and no trail tells
//! of it.

use super::thread::find;
use crate::{Ctx, Result, Services, db::Tx, db::system, sql};
use domain::{
    Error as Wrong,
    id::{ConversationId, MemberId},
    message::TEXT_LIMIT,
    permission::Permission,
    text::storable,
    time::{DAY, Millis},
};

/// Characters of a draft: more than may be sent, since it is cut to size before.
const LIMIT: usize = 4 * TEXT_LIMIT;
/// A draft that nobody touched so long is forgotten.
const KEPT: Millis = 90 * DAY;

const ALL: &str = "SELECT kind, body FROM drafts WHERE workspace_id = $1 AND member_id = $2 AND conversation_id = $3";
const ONE: &str = "SELECT body FROM drafts
    WHERE workspace_id = $1 AND member_id = $2 AND conversation_id = $3 AND kind = $4";
const KEEP: &str = "INSERT INTO drafts (workspace_id, member_id, conversation_id, kind, body, at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (workspace_id, member_id, conversation_id, kind) DO UPDATE SET body = excluded.body, at = excluded.at";
const DROP: &str = "DELETE FROM drafts
    WHERE workspace_id = $1 AND member_id = $2 AND conversation_id = $3 AND kind = $4";
const LEAVE: &str = "DELETE FROM drafts WHERE workspace_id = $1 AND member_id = $2";

/// For whom something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// The customer.
    Reply,
    /// Colleagues.
    Note,
}

impl Draft {
    const fn as_str(self) -> &'static str {
        match self {
            Draft::Reply => "reply",
            Draft::Note => "note",
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Draft::Reply => Permission::MessagesSend,
            Draft::Note => Permission::MessagesNote,
        }
    }
}

/// The member's own of a conversation, the reply and the note; empty where there is none.
///
/// # Errors
/// `NotFound` for a conversation that is not the member's to see.
pub async fn drafts(ctx: &Ctx, id: ConversationId) -> Result<(String, String)> {
    let mut read = ctx.read().await?;
    find(ctx, read.conn(), id).await?;
    let found: Vec<(String, String)> = sql!(all(String, String), read.conn(), ALL, ctx.ws(), ctx.me().id.0, id.0)?;
    let of = |kind: Draft| found.iter().find(|(known, _)| known == kind.as_str()).map(|(_, body)| body.clone());
    Ok((of(Draft::Reply).unwrap_or_default(), of(Draft::Note).unwrap_or_default()))
}

/// Keeps what the member has written so far; nothing of it when that is empty.
///
/// # Errors
/// `NotFound`; `Forbidden` for whoever may not write it; `MessageTooLong`.
pub async fn keep_draft(ctx: &Ctx, id: ConversationId, of: Draft, text: &str) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let row = find(ctx, tx.conn(), id).await?;
    ctx.demand_on(of.permission(), row.assignee())?;
    let text = storable(text);
    let length = text.chars().count();
    if length > LIMIT {
        return Err(Wrong::MessageTooLong { length: length as u64, limit: LIMIT as u64 }.into());
    }
    let (me, kind) = (ctx.me().id.0, of.as_str());
    if text.trim().is_empty() {
        sql!(exec tx.conn(), DROP, ctx.ws(), me, id.0, kind)?;
    } else {
        sql!(exec tx.conn(), KEEP, ctx.ws(), me, id.0, kind, &*text, ctx.now())?;
    }
    Ok(tx.commit().await?)
}

/// It was sent: the draft goes, also an earlier state of the same words. What was begun after them stays.
pub(super) async fn sent(ctx: &Ctx, tx: &mut Tx, id: ConversationId, of: Draft, text: &str) -> Result<()> {
    let (me, kind) = (ctx.me().id.0, of.as_str());
    let begun = sql!(scalar_opt String, tx.conn(), ONE, ctx.ws(), me, id.0, kind)?;
    if begun.is_some_and(|begun| text.starts_with(begun.trim_end())) {
        sql!(exec tx.conn(), DROP, ctx.ws(), me, id.0, kind)?;
    }
    Ok(())
}

/// The member leaves the workspace.
pub(crate) async fn leave_drafts(ctx: &Ctx, tx: &mut Tx, member: MemberId) -> Result<()> {
    sql!(exec tx.conn(), LEAVE, ctx.ws(), member.0)?;
    Ok(())
}

/// Forgets drafts that nobody touches any more, in pieces.
///
/// # Errors
/// When the database fails.
pub async fn purge_drafts(services: &Services) -> Result<()> {
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_drafts(tx.conn(), services.clock().now() - KEPT).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

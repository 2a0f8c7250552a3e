use super::{
    lines::between,
    row::{MessageRecord, RowRecord},
};
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    id::{ConversationId, MessageId, NoteId},
    inbox::{MessageView, Page, Stretch, Thread},
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

/// Messages in one page.
const PAGE: usize = 50;
/// What stands above a message that somebody goes to, so that it is understood.
const CONTEXT: usize = 10;

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const PLACE: &str = "SELECT at FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3 AND kind <> 'reaction'";
const NOTE_PLACE: &str = "SELECT at FROM notes WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3";
// Some that stand above it, and it.
const UP_TO: &str = "SELECT * FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND kind <> 'reaction' AND (at, id) <= ($3, $4)
    ORDER BY at DESC, id DESC LIMIT $5";
const AFTER: &str = "SELECT * FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND kind <> 'reaction' AND (at, id) > ($3, $4)
    ORDER BY at, id LIMIT $5";
const MESSAGES: &str = "SELECT * FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND kind <> 'reaction' AND (at, id) < ($3, $4)
    ORDER BY at DESC, id DESC LIMIT $5";

/// A conversation with its newest messages.
///
/// # Errors
/// `NotFound` when it does not exist or is not the member's to see; `Forbidden` when they may not read messages.
pub async fn thread(ctx: &Ctx, id: ConversationId) -> Result<Thread> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    thread_in(ctx, snapshot.conn(), id).await
}

/// Messages before the one given, oldest first.
///
/// # Errors
/// `NotFound` when the conversation does not exist or is not the member's to see.
pub async fn older(ctx: &Ctx, id: ConversationId, before: (Millis, MessageId)) -> Result<Page<MessageView>> {
    let mut read = ctx.read().await?;
    let row = find(ctx, read.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    messages(ctx, read.conn(), id, (before.0, before.1.0)).await
}

/// The same with the notes and lines that stand there, for the screen: nobody outside the workspace gets to see them.
///
/// # Errors
/// As [`older`].
pub async fn earlier(ctx: &Ctx, id: ConversationId, before: (Millis, MessageId)) -> Result<Stretch> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let page = messages(ctx, snapshot.conn(), id, (before.0, before.1.0)).await?;
    let from = page.items.first().filter(|_| page.more).map_or(i64::MIN, |oldest| oldest.at);
    let notes = between(ctx, snapshot.conn(), id, (from, before.0)).await?;
    Ok(Stretch { messages: page, notes })
}

/// Messages after the one given, oldest first, with the notes that stand there: how a screen that shows a stretch from further up
/// goes on downwards.
///
/// # Errors
/// As [`older`].
pub async fn later(ctx: &Ctx, id: ConversationId, after: (Millis, MessageId)) -> Result<Stretch> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let page = below(ctx, snapshot.conn(), id, (after.0, after.1.0)).await?;
    let to = page.items.last().filter(|_| page.more).map_or(i64::MAX, |newest| newest.at);
    let notes = between(ctx, snapshot.conn(), id, (after.0, to)).await?;
    Ok(Stretch { messages: page, notes })
}

/// A conversation where one of its messages stands: a little above it, and a page below.
///
/// # Errors
/// `NotFound` when the conversation or the message does not exist or is not the member's to see.
pub async fn around(ctx: &Ctx, id: ConversationId, message: MessageId) -> Result<Thread> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let at = sql!(scalar_opt Millis, snapshot.conn(), PLACE, ctx.ws(), id.0, message.0)?;
    stretch(ctx, snapshot.conn(), row, (at.ok_or(domain::Error::NotFound)?, message.0)).await
}

/// The same where one of its notes stands.
///
/// # Errors
/// As [`around`], of the note.
pub async fn around_note(ctx: &Ctx, id: ConversationId, note: NoteId) -> Result<Thread> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let at = sql!(scalar_opt Millis, snapshot.conn(), NOTE_PLACE, ctx.ws(), id.0, note.0)?;
    // It stands behind the messages of its moment.
    stretch(ctx, snapshot.conn(), row, (at.ok_or(domain::Error::NotFound)?, Uuid::max())).await
}

async fn stretch(ctx: &Ctx, mut conn: Conn<'_>, row: RowRecord, (at, last): (Millis, Uuid)) -> Result<Thread> {
    let id = row.id.into();
    let limit = i64::try_from(CONTEXT + 2).unwrap_or(i64::MAX);
    let mut above: Vec<MessageRecord> =
        sql!(all MessageRecord, conn.again(), UP_TO, ctx.ws(), row.id, at, last, limit)?;
    let more = above.len() > CONTEXT + 1;
    above.truncate(CONTEXT + 1);
    let below = below(ctx, conn.again(), id, (at, last)).await?;
    let newer = below.more;
    let mut messages: Vec<MessageView> = above.into_iter().rev().map(MessageView::from).collect();
    messages.extend(below.items);
    let from = messages.first().filter(|_| more).map_or(i64::MIN, |oldest| oldest.at);
    let to = messages.last().filter(|_| newer).map_or(i64::MAX, |newest| newest.at);
    let notes = between(ctx, conn.again(), id, (from, to)).await?;
    Ok(Thread { row: row.into(), messages, more, newer, notes })
}

pub(super) async fn thread_in(ctx: &Ctx, mut conn: Conn<'_>, id: ConversationId) -> Result<Thread> {
    let row = find(ctx, conn.again(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let page = messages(ctx, conn.again(), id, (i64::MAX, Uuid::max())).await?;
    let from = page.items.first().filter(|_| page.more).map_or(i64::MIN, |oldest| oldest.at);
    let notes = between(ctx, conn, id, (from, i64::MAX)).await?;
    Ok(Thread { row: row.into(), messages: page.items, more: page.more, newer: false, notes })
}

/// The conversation, if the member may see it: the one place that decides.
pub(crate) async fn find(ctx: &Ctx, conn: Conn<'_>, id: ConversationId) -> Result<RowRecord> {
    let row: Option<RowRecord> = sql!(opt RowRecord, conn, ROW, ctx.ws(), id.0)?;
    ctx.demand(Permission::ConversationsView)?;
    let sight = ctx.sight(Permission::ConversationsView);
    Ok(row.filter(|row| sight.reaches(row.assignee())).ok_or(domain::Error::NotFound)?)
}

async fn messages(ctx: &Ctx, conn: Conn<'_>, id: ConversationId, before: (Millis, Uuid)) -> Result<Page<MessageView>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found: Vec<MessageRecord> =
        sql!(all MessageRecord, conn, MESSAGES, ctx.ws(), id.0, before.0, before.1, limit)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok(Page { items: found.into_iter().rev().map(MessageView::from).collect(), more })
}

async fn below(ctx: &Ctx, conn: Conn<'_>, id: ConversationId, after: (Millis, Uuid)) -> Result<Page<MessageView>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found: Vec<MessageRecord> = sql!(all MessageRecord, conn, AFTER, ctx.ws(), id.0, after.0, after.1, limit)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok(Page { items: found.into_iter().map(MessageView::from).collect(), more })
}

use super::{
    note::between,
    row::{MessageRecord, RowRecord},
};
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    id::{ConversationId, MessageId},
    inbox::{Earlier, MessageView, Note, Page, Thread},
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

/// Messages in one page.
const PAGE: usize = 50;
/// Messages that a screen takes at once on its way back to one of them.
const BACK: usize = 1_000;
/// What stands above that one, so that it is understood.
const CONTEXT: usize = 10;

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const PLACE: &str = "SELECT at FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3 AND kind <> 'reaction'";
// Some that stand above it, and it.
const ABOVE: &str = "SELECT at, id FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND kind <> 'reaction' AND (at, id) <= ($3, $4) ORDER BY at DESC, id DESC LIMIT $5";
const BETWEEN: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND kind <> 'reaction'
    AND (at, id) >= ($3, $4) AND (at, id) < ($5, $6) ORDER BY at DESC, id DESC LIMIT $7";
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

/// The same with the notes that stand there, for the screen: nobody outside the workspace gets to see them.
///
/// # Errors
/// As [`older`].
pub async fn earlier(ctx: &Ctx, id: ConversationId, before: (Millis, MessageId)) -> Result<Earlier> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let page = messages(ctx, snapshot.conn(), id, (before.0, before.1.0)).await?;
    let notes = notes_of(ctx, snapshot.conn(), id, &page, before.0).await?;
    Ok(Earlier { messages: page, notes })
}

/// Messages from a little above one of them up to `before`, oldest first, with the notes that stand there: what a screen that has
/// everything from `before` on needs to show that one.
///
/// # Errors
/// `NotFound` when the conversation or the message does not exist or is not the member's to see; `Invalid` when more than a
/// thousand messages came since.
pub async fn back_to(
    ctx: &Ctx,
    id: ConversationId,
    message: MessageId,
    before: (Millis, MessageId),
) -> Result<Earlier> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let row = find(ctx, snapshot.conn(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let at =
        sql!(scalar_opt Millis, snapshot.conn(), PLACE, ctx.ws(), id.0, message.0)?.ok_or(domain::Error::NotFound)?;
    let few = i64::try_from(CONTEXT + 2).unwrap_or(i64::MAX);
    let above = sql!(all(Millis, Uuid), snapshot.conn(), ABOVE, ctx.ws(), id.0, at, message.0, few)?;
    let more = above.len() > CONTEXT + 1;
    let (from, first) = above.get(CONTEXT).or(above.last()).copied().unwrap_or((at, message.0));
    let (to, last) = (before.0, before.1.0);
    let limit = i64::try_from(BACK + 1).unwrap_or(i64::MAX);
    let found: Vec<MessageRecord> =
        sql!(all MessageRecord, snapshot.conn(), BETWEEN, ctx.ws(), id.0, from, first, to, last, limit)?;
    if found.len() > BACK {
        let why = format!("more than {BACK} messages came since; open the conversation and scroll up to it");
        return Err(domain::Error::invalid("message", why).into());
    }
    let page = Page { items: found.into_iter().rev().map(MessageView::from).collect(), more };
    let notes = notes_of(ctx, snapshot.conn(), id, &page, before.0).await?;
    Ok(Earlier { messages: page, notes })
}

/// Those that stand beside a page of messages, which ends before `to`.
async fn notes_of(
    ctx: &Ctx,
    conn: Conn<'_>,
    id: ConversationId,
    page: &Page<MessageView>,
    to: Millis,
) -> Result<Vec<Note>> {
    let from = page.items.first().filter(|_| page.more).map_or(i64::MIN, |oldest| oldest.at);
    between(ctx, conn, id, (from, to)).await
}

pub(super) async fn thread_in(ctx: &Ctx, mut conn: Conn<'_>, id: ConversationId) -> Result<Thread> {
    let row = find(ctx, conn.again(), id).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    let page = messages(ctx, conn.again(), id, (i64::MAX, Uuid::max())).await?;
    let notes = notes_of(ctx, conn, id, &page, i64::MAX).await?;
    Ok(Thread { row: row.into(), messages: page.items, more: page.more, notes })
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

use super::{narrow, row::RowRecord, thread::thread_in};
use crate::{Ctx, Result, db::Conn, labels, live, sql};
use domain::{
    conversation::View,
    id::ConversationId,
    inbox::{Counts, Eyes, Filter, InboxView, Page, Row, Unread},
    permission::{Permission, Sight},
    time::Millis,
};
use uuid::Uuid;

/// Rows of the list in one page.
const PAGE: usize = 50;

const BY_STATE: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4)
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const BY_ASSIGNEE: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4) AND assignee_id = $6
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const OWN_OR_UNASSIGNED: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4)
        AND (assignee_id = $6 OR assignee_id IS NULL)
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const UNASSIGNED: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4) AND assignee_id IS NULL
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
// Few of many: found by their own index, whatever order is wanted. $6: 1 everybody's, 2 own and nobody's, 3 own.
const SNOOZED: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until > 0 AND (last_message_at + 0, id) < ($3, $4)
        AND (CAST($6 AS BIGINT) = 1 OR assignee_id = $7 OR (CAST($6 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY last_message_at + 0 DESC, id DESC LIMIT $5";
const COUNTS: &str = "SELECT CAST(COUNT(*) AS BIGINT),
    CAST(COALESCE(SUM(CASE WHEN assignee_id IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
    CAST(COALESCE(SUM(CASE WHEN assignee_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM conversations WHERE workspace_id = $1 AND state = 'open' AND snoozed_until IS NULL";

const UNREAD_ALL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM conversations
    WHERE workspace_id = $1 AND state = 'open' AND snoozed_until IS NULL AND unread > 0 LIMIT $2) AS counted";
const UNREAD_OF: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM conversations
    WHERE workspace_id = $1 AND state = 'open' AND snoozed_until IS NULL AND unread > 0 AND assignee_id = $3
    LIMIT $2) AS counted";
const UNREAD_NOBODYS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM conversations
    WHERE workspace_id = $1 AND state = 'open' AND snoozed_until IS NULL AND unread > 0 AND assignee_id IS NULL
    LIMIT $2) AS counted";

/// One page of a view, newest first, behind the row `before`.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Ctx, view: View, before: Option<(Millis, ConversationId)>) -> Result<Page<Row>> {
    list_of(ctx, view, &Filter::default(), before).await
}

/// The same of what a filter takes, in its order.
///
/// # Errors
/// `Forbidden`.
pub async fn list_of(
    ctx: &Ctx,
    view: View,
    filter: &Filter,
    before: Option<(Millis, ConversationId)>,
) -> Result<Page<Row>> {
    ctx.demand(Permission::ConversationsView)?;
    let mut read = ctx.read().await?;
    page(ctx, read.conn(), (view, filter), before).await
}

/// The whole screen at one moment: list, counts, the open conversation, and the number of the last event that is in it.
///
/// # Errors
/// `Forbidden`; `NotFound` when `open` does not exist or is not the member's to see.
pub async fn inbox(ctx: &Ctx, view: View, open: Option<ConversationId>) -> Result<InboxView> {
    inbox_of(ctx, view, Filter::default(), open).await
}

/// The same with a list that is narrowed.
///
/// # Errors
/// As [`inbox`].
pub async fn inbox_of(ctx: &Ctx, view: View, filter: Filter, open: Option<ConversationId>) -> Result<InboxView> {
    ctx.demand(Permission::ConversationsView)?;
    let at = if filter.closing { ctx.now() } else { 0 };
    let mut snapshot = ctx.services.db().snapshot().await?;
    let seq = live::last_seq(snapshot.conn(), ctx.ws()).await?;
    let rows = page(ctx, snapshot.conn(), (view, &filter), None).await?;
    let counts = counts(ctx, snapshot.conn()).await?;
    let labels = labels::all(snapshot.conn(), ctx.ws()).await?;
    let thread = match open {
        Some(id) => Some(thread_in(ctx, snapshot.conn(), id).await?),
        None => None,
    };
    let Page { items: rows, more } = rows;
    Ok(InboxView { seq, me: ctx.me().id, view, filter, at, rows, more, counts, labels, thread })
}

async fn page(
    ctx: &Ctx,
    conn: Conn<'_>,
    (view, filter): (View, &Filter),
    before: Option<(Millis, ConversationId)>,
) -> Result<Page<Row>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = if *filter == Filter::default() {
        whole(ctx, conn, view, before, limit).await?
    } else {
        narrow::rows(ctx, conn, (view, filter), before, limit).await?
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let eyes = Eyes::of(ctx.access(), ctx.me().id);
    Ok(Page { items: rows.into_iter().map(|row| eyes.veil(row.into())).collect(), more })
}

/// What most look at most of the time: newest first, and nothing left out.
async fn whole(
    ctx: &Ctx,
    conn: Conn<'_>,
    view: View,
    before: Option<(Millis, ConversationId)>,
    limit: i64,
) -> Result<Vec<RowRecord>> {
    let state = if view == View::Closed { "closed" } else { "open" };
    let (at, id) = before.map_or((i64::MAX, Uuid::max()), |(at, id)| (at, id.0));
    let me = ctx.me().id.0;
    Ok(match (view, ctx.sight(Permission::ConversationsView)) {
        // Nobody's are shown to who sees everybody's, and to others where the workspace says so.
        (_, Sight::Nothing) | (View::Unassigned, Sight::Own { unassigned: false, .. }) => Vec::new(),
        (View::Snoozed, sight) => {
            let whose = match sight {
                Sight::All => 1_i64,
                Sight::Own { unassigned: true, .. } => 2,
                _ => 3,
            };
            sql!(all RowRecord, conn, SNOOZED, ctx.ws(), state, at, id, limit, whose, me)?
        }
        (View::Unassigned, _) => sql!(all RowRecord, conn, UNASSIGNED, ctx.ws(), state, at, id, limit)?,
        (View::Mine, _) | (_, Sight::Own { unassigned: false, .. }) => {
            sql!(all RowRecord, conn, BY_ASSIGNEE, ctx.ws(), state, at, id, limit, me)?
        }
        (_, Sight::Own { unassigned: true, .. }) => {
            sql!(all RowRecord, conn, OWN_OR_UNASSIGNED, ctx.ws(), state, at, id, limit, me)?
        }
        (_, Sight::All) => sql!(all RowRecord, conn, BY_STATE, ctx.ws(), state, at, id, limit)?,
    })
}

/// Open conversations that the member sees.
pub(crate) async fn counts(ctx: &Ctx, mut conn: Conn<'_>) -> Result<Counts> {
    let unread = count_unread(ctx, conn.again()).await?;
    let (all, unassigned, mine): (i64, i64, i64) = sql!(one(i64, i64, i64), conn, COUNTS, ctx.ws(), ctx.me().id.0)?;
    Ok(match ctx.sight(Permission::ConversationsView) {
        Sight::Nothing => Counts::default(),
        Sight::Own { unassigned: false, .. } => Counts { mine, unassigned: 0, all: mine, unread },
        Sight::Own { unassigned: true, .. } => Counts { mine, unassigned, all: mine + unassigned, unread },
        Sight::All => Counts { mine, unassigned, all, unread },
    })
}

/// How many open conversations that the member sees have something unread, and up to which event that is so.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unread(ctx: &Ctx) -> Result<Unread> {
    let mut snapshot = ctx.services.db().snapshot().await?;
    let seq = live::last_seq(snapshot.conn(), ctx.ws()).await?;
    Ok(Unread { seq, count: count_unread(ctx, snapshot.conn()).await? })
}

async fn count_unread(ctx: &Ctx, mut conn: Conn<'_>) -> Result<i64> {
    let (ws, most) = (ctx.ws(), Counts::UNREAD);
    Ok(match ctx.sight(Permission::ConversationsView) {
        Sight::Nothing => 0,
        Sight::All => sql!(scalar i64, conn, UNREAD_ALL, ws, most)?,
        Sight::Own { me, unassigned } => {
            let own = sql!(scalar i64, conn.again(), UNREAD_OF, ws, most, me.0)?;
            let nobodys = if unassigned { sql!(scalar i64, conn, UNREAD_NOBODYS, ws, most)? } else { 0 };
            (own + nobodys).min(most)
        }
    })
}

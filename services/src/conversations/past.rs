use super::row::RowRecord;
use crate::{Ctx, Result, contacts, sql};
use domain::{
    id::{ContactId, ConversationId},
    inbox::{Eyes, Page, Row},
    permission::{Permission, Sight},
    time::Millis,
};
use uuid::Uuid;

// Found by their contact, whatever order is wanted. $6: 1 everybody's, 2 own and nobody's, 3 own.
const PAST: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND contact_id = $2 AND (last_message_at + 0, id) < ($3, $4)
        AND (CAST($6 AS BIGINT) = 1 OR assignee_id = $7 OR (CAST($6 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY last_message_at + 0 DESC, id DESC LIMIT $5";

/// The conversations with a contact that the member sees, open and closed, the newest first, at most `limit`, behind the one
/// given.
///
/// # Errors
/// `Forbidden`; `NotFound` when the contact is not the member's to see.
pub async fn past(
    ctx: &Ctx,
    contact: ContactId,
    before: Option<(Millis, ConversationId)>,
    limit: usize,
) -> Result<Page<Row>> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    contacts::find(ctx, read.conn(), contact).await?;
    let (whose, me) = match ctx.sight(Permission::ConversationsView) {
        Sight::Nothing => return Ok(Page { items: Vec::new(), more: false }),
        Sight::All => (1_i64, Uuid::nil()),
        Sight::Own { me, unassigned: true } => (2, me.0),
        Sight::Own { me, unassigned: false } => (3, me.0),
    };
    let (at, id) = before.map_or((Millis::MAX, Uuid::max()), |(at, id)| (at, id.0));
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<RowRecord> = sql!(all RowRecord, read.conn(), PAST, ctx.ws(), contact.0, at, id, ask, whose, me)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let eyes = Eyes::of(ctx.access(), ctx.me().id);
    Ok(Page { items: rows.into_iter().map(|row| eyes.veil(row.into())).collect(), more })
}

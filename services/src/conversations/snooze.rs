use super::{change, lines::Line, row::RowRecord};
use crate::{
    Ctx, Result, Services,
    audit::{self, Entry},
    db::{Tx, dialect, system},
    live, sql,
};
use domain::{
    audit::Action,
    conversation::Until,
    id::ConversationId,
    inbox::{Event, Happened, Place, Row},
    permission::Permission,
    time::{DAY, Millis},
};
use serde_json::json;
use uuid::Uuid;

/// Nobody means to come back to a conversation later than this.
const LONGEST: Millis = 366 * DAY;
/// Conversations that wake in one transaction.
const TOGETHER: i64 = 100;

const SNOOZE: &str =
    "UPDATE conversations SET snoozed_until = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'open'";
const WAKE: &str = "UPDATE conversations SET snoozed_until = NULL WHERE workspace_id = $1 AND id = $2";
const WAKE_DUE: &str = "UPDATE conversations SET snoozed_until = NULL
    WHERE workspace_id = $1 AND id = $2 AND snoozed_until <= $3";
const UNREAD: &str =
    "UPDATE conversations SET unread = 1 WHERE workspace_id = $1 AND id = $2 AND state = 'open' AND unread = 0";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// Takes an open conversation out of the views of open ones until a time, or until the customer writes; what they write brings
/// it back before that time too. Doing it again sets another time.
///
/// # Errors
/// `NotFound`, `Forbidden`; `ConversationClosed`; `Invalid` for a time that is over or more than a year away.
pub async fn snooze(ctx: &Ctx, id: ConversationId, until: Until) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::ConversationsClose, row.assignee())?;
    let until = match until {
        Until::Customer => Millis::MAX,
        Until::At(at) if at > ctx.now() && at <= ctx.now() + LONGEST => at,
        Until::At(_) => return Err(domain::Error::invalid("until", "choose a time within a year from now").into()),
    };
    if row.state != "open" {
        return Err(domain::Error::ConversationClosed.into());
    }
    sql!(exec tx.conn(), SNOOZE, ctx.ws(), id.0, until)?;
    let change = (json!({ "until": row.snoozed_until }), json!({ "until": until }));
    let entry = Entry::new(Action::ConversationSnoozed).on("conversation", id.0).change(change.0, change.1);
    audit::record(&mut tx, ctx, entry).await?;
    change::commit_line(ctx, tx, row, Line::new(Happened::Snoozed, Some(ctx.me().id), ctx.now())).await
}

/// Brings a snoozed conversation back now. Others stay as they are.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn wake(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::ConversationsClose, row.assignee())?;
    sql!(exec tx.conn(), WAKE, ctx.ws(), id.0)?;
    audit::record(&mut tx, ctx, Entry::new(Action::ConversationWoken).on("conversation", id.0)).await?;
    change::commit_line(ctx, tx, row, Line::new(Happened::Woken, Some(ctx.me().id), ctx.now())).await
}

/// Marks an open conversation as unread for the team: somebody is to look at it again. One that is unread stays as it is.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn mark_unread(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesSend, row.assignee())?;
    sql!(exec tx.conn(), UNREAD, ctx.ws(), id.0)?;
    change::commit(ctx, tx, row).await
}

/// Brings back the conversations whose time has come, of all workspaces.
///
/// # Errors
/// When the database fails.
pub async fn wake_due(services: &Services) -> Result<()> {
    let now = services.clock().now();
    loop {
        let due = system::due_snoozes(services.db().read().await?.conn(), now, TOGETHER).await?;
        for group in due.chunk_by(|a, b| a.0 == b.0) {
            wake_some(services, group[0].0, group.iter().map(|(_, id)| *id), now).await?;
        }
        if due.len() < usize::try_from(TOGETHER).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// In the order of their ids, as everybody locks them.
async fn wake_some(services: &Services, workspace: Uuid, ids: impl Iterator<Item = Uuid>, now: Millis) -> Result<()> {
    let mut tx = services.db().begin().await?;
    let mut events = Vec::new();
    for id in ids {
        if let Tx::Postgres(tx) = &mut tx {
            dialect::postgres::lock_conversation(tx, workspace, id).await?;
        }
        let before: Option<RowRecord> = sql!(opt RowRecord, tx.conn(), ROW, workspace, id)?;
        // The customer, or a colleague, may have been faster.
        let woken = sql!(exec tx.conn(), WAKE_DUE, workspace, id, now)? > 0;
        let Some(before) = before.filter(|_| woken) else { continue };
        let after: RowRecord = sql!(one RowRecord, tx.conn(), ROW, workspace, id)?;
        let lines = vec![Line::new(Happened::Woken, None, now).write(tx.conn(), workspace, id).await?];
        events.push(Event::Conversation { row: Row::from(after), was: Place::of(&Row::from(before)), lines });
    }
    let seq = live::record(&mut tx, workspace, &events, now).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    Ok(())
}

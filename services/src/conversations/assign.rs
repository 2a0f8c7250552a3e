use super::{change, lines::Line, row::RowRecord, thread::find};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    ctx::held,
    db::{Conn, Tx, dialect},
    notices, sql,
};
use domain::{
    audit::Action,
    id::{ConversationId, MemberId},
    inbox::Row,
    permission::Permission,
};
use serde_json::json;
use uuid::Uuid;

const MEMBER: &str = "SELECT m.role, r.permissions FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2 AND m.removed_at IS NULL";
const NEXT: &str = "SELECT id FROM conversations
    WHERE workspace_id = $1 AND assignee_id IS NULL AND state = 'open' AND snoozed_until IS NULL
    ORDER BY last_message_at, id LIMIT 1";
const ASSIGN: &str = "UPDATE conversations SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";
const CONTACT: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";

/// Gives a conversation, and its contact's next ones, to a member or to nobody. An agent may hand over own ones.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid` when the member is not of this workspace or only reads.
pub async fn assign(ctx: &Ctx, id: ConversationId, to: Option<MemberId>) -> Result<Row> {
    let (tx, row) = change::lock_with_contact(ctx, id).await?;
    give(ctx, tx, row, to).await
}

/// The member takes the conversation that has been nobody's and without a word for longest. No two members take the same one.
///
/// # Errors
/// `Forbidden` without `conversations.assign`; `Invalid` when the member may not answer customers; `Conflict` when none waits that
/// they may take.
pub async fn take_next(ctx: &Ctx) -> Result<Row> {
    ctx.demand(Permission::ConversationsAssign)?;
    let needed = [Permission::ConversationsView, Permission::ConversationsAssign];
    if needed.into_iter().all(|permission| ctx.sight(permission).reaches(None)) {
        let mut tx = ctx.begin().await?;
        if let Tx::Postgres(tx) = &mut tx {
            dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
        }
        while let Some(id) = sql!(scalar_opt Uuid, tx.conn(), NEXT, ctx.ws())? {
            if let Tx::Postgres(tx) = &mut tx {
                dialect::postgres::lock_conversation(tx, ctx.ws(), id).await?;
            }
            let row = find(ctx, tx.conn(), id.into()).await?;
            // Closing and snoozing wait for the conversation alone: one of them may have been first.
            if row.state == "open" && row.snoozed_until.is_none() {
                return give(ctx, tx, row, Some(ctx.me().id)).await;
            }
        }
    }
    Err(Error::Conflict("Nobody waits any more: somebody was faster.".to_owned()))
}

async fn give(ctx: &Ctx, mut tx: Tx, row: RowRecord, to: Option<MemberId>) -> Result<Row> {
    let id = ConversationId::from(row.id);
    ctx.demand_on(Permission::ConversationsAssign, row.assignee())?;
    if let Some(member) = to {
        takes_conversations(ctx, tx.conn(), member).await?;
    }
    if let Some(member) = to.filter(|member| row.assignee() != Some(*member)) {
        notices::assigned(ctx, &mut tx, id, member).await?;
    }
    let line = Line::given(to, Some(ctx.me().id), ctx.now());
    let to = to.map(|member| member.0);
    sql!(exec tx.conn(), ASSIGN, ctx.ws(), id.0, to)?;
    sql!(exec tx.conn(), CONTACT, ctx.ws(), row.contact_id, to)?;
    let entry = Entry::new(Action::ConversationAssigned)
        .on("conversation", id.0)
        .change(json!({ "assignee": row.assignee() }), json!({ "assignee": to }));
    audit::record(&mut tx, ctx, entry).await?;
    change::commit_line(ctx, tx, row, line).await
}

/// # Errors
/// `Invalid` when the member is not of this workspace, has left it, or may not answer customers.
pub(crate) async fn takes_conversations(ctx: &Ctx, conn: Conn<'_>, member: MemberId) -> Result<()> {
    let row = sql!(opt(String, Option<String>), conn, MEMBER, ctx.ws(), member.0)?;
    let permissions =
        row.map(|(role, own)| held(&role, own.as_deref())).transpose()?.map(|(_, permissions)| permissions);
    if permissions.is_some_and(|permissions| permissions.allows(Permission::MessagesSend)) {
        return Ok(());
    }
    Err(domain::Error::invalid("member", "choose a member who may answer customers").into())
}

use super::{change, lines::Line};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    ctx::held,
    db::Conn,
    notices, sql,
};
use domain::{
    audit::Action,
    id::{ConversationId, MemberId},
    inbox::Row,
    permission::Permission,
};
use serde_json::json;

const MEMBER: &str = "SELECT m.role, r.permissions FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2 AND m.removed_at IS NULL";
const ASSIGN: &str = "UPDATE conversations SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";
const CONTACT: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";

/// Gives a conversation, and its contact's next ones, to a member or to nobody. An agent may hand over own ones.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid` when the member is not of this workspace or only reads.
pub async fn assign(ctx: &Ctx, id: ConversationId, to: Option<MemberId>) -> Result<Row> {
    let (mut tx, row) = change::lock_with_contact(ctx, id).await?;
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

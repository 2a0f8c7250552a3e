use super::change;
use crate::{Ctx, Result, sql};
use domain::{
    id::{ConversationId, MemberId},
    inbox::Row,
};

const MEMBER: &str = "SELECT role FROM members WHERE workspace_id = $1 AND id = $2";
const ASSIGN: &str = "UPDATE conversations SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";
const CONTACT: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";

/// Gives a conversation, and its contact's next ones, to a member or to nobody. An agent may hand over own ones.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid` when the member is not of this workspace or only reads.
pub async fn assign(ctx: &Ctx, id: ConversationId, to: Option<MemberId>) -> Result<Row> {
    ctx.may_reply()?;
    let (mut tx, row) = change::lock_with_contact(ctx, id).await?;
    if let Some(member) = to {
        let role: Option<String> = sql!(scalar_opt String, tx.conn(), MEMBER, ctx.ws(), member.0)?;
        let takes =
            role.and_then(|role| role.parse::<domain::role::Role>().ok()).is_some_and(|r| r.takes_conversations());
        if !takes {
            return Err(domain::Error::invalid("member", "choose a member who may answer customers").into());
        }
    }
    let to = to.map(|member| member.0);
    sql!(exec tx.conn(), ASSIGN, ctx.ws(), id.0, to)?;
    sql!(exec tx.conn(), CONTACT, ctx.ws(), row.contact_id, to)?;
    change::commit(ctx, tx, row).await
}

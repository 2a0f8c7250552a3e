use super::{json, of, taken};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    sql,
    team::lock,
};
use domain::{
    audit::Action,
    id::QuickReplyId,
    permission::Permission,
    quick::{Draft, LIMIT, QuickReply},
};
use serde_json::Value;

const COUNT: &str = "SELECT COUNT(*) FROM quick_replies WHERE workspace_id = $1";
const INSERT: &str = "INSERT INTO quick_replies (workspace_id, id, shortcut, title, body, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (workspace_id, shortcut) DO NOTHING";

/// Keeps a text as a quick reply.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `Invalid` names the field; `Conflict` when the shortcut is taken or there are too
/// many.
pub async fn create(ctx: &Ctx, draft: &Draft) -> Result<QuickReply> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let quick = of(QuickReplyId(new_id()), draft.checked()?);
    let mut tx = ctx.begin().await?;
    lock(&mut tx, ctx.ws()).await?;
    let known = sql!(scalar i64, tx.conn(), COUNT, ctx.ws())?;
    if usize::try_from(known).is_ok_and(|known| known >= LIMIT) {
        return Err(Error::Conflict(format!("A workspace can have {LIMIT} quick replies. Delete one first.")));
    }
    let QuickReply { id, shortcut, title, body } = &quick;
    if sql!(exec tx.conn(), INSERT, ctx.ws(), id.0, shortcut, title, body, ctx.now())? == 0 {
        return Err(taken(shortcut));
    }
    let entry = Entry::new(Action::QuickReplyCreated).on("quick_reply", id.0).change(Value::Null, json(&quick));
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(quick)
}

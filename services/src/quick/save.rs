use super::{get, json, of, taken};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
};
use domain::{
    audit::Action,
    id::QuickReplyId,
    permission::Permission,
    quick::{Draft, QuickReply},
};

const SAVE: &str = "UPDATE quick_replies SET shortcut = $3, title = $4, body = $5, updated_at = $6
    WHERE workspace_id = $1 AND id = $2";

/// Changes a quick reply.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`; `Invalid` names the field; `Conflict` when the shortcut is taken.
pub async fn save(ctx: &Ctx, id: QuickReplyId, draft: &Draft) -> Result<QuickReply> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    let before = get(ctx, tx.conn(), id).await?;
    let after = of(id, draft.checked()?);
    if after == before {
        return Ok(after);
    }
    let QuickReply { shortcut, title, body, .. } = &after;
    let saved = sql!(exec tx.conn(), SAVE, ctx.ws(), id.0, shortcut, title, body, ctx.now()).map_err(|e| {
        match e.as_database_error() {
            Some(db) if db.is_unique_violation() => taken(shortcut),
            _ => Error::from(e),
        }
    })?;
    if saved == 0 {
        return Err(domain::Error::NotFound.into());
    }
    let entry = Entry::new(Action::QuickReplyChanged).on("quick_reply", id.0).change(json(&before), json(&after));
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(after)
}

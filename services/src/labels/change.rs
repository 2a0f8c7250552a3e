use super::{commit, json, key, taken};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::Conn,
    sql,
};
use domain::{
    audit::Action,
    id::LabelId,
    label::{Colour, Label, name},
    permission::Permission,
};

const GET: &str = "SELECT name, colour FROM labels WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL";
const SAVE: &str = "UPDATE labels SET name = $3, name_key = $4, colour = $5
    WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL";

/// Renames and recolours a label, wherever it is.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`; `Invalid` names the field; `Conflict` when the name is taken.
pub async fn change(ctx: &Ctx, id: LabelId, text: &str, colour: Colour) -> Result<Label> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    let before = get(ctx, tx.conn(), id).await?;
    let after = Label { id, name: name(text)?, colour };
    if after == before {
        return Ok(after);
    }
    let key = key(&after.name);
    let saved = sql!(exec tx.conn(), SAVE, ctx.ws(), id.0, &after.name, &key, colour.as_str()).map_err(|e| match e
        .as_database_error()
    {
        Some(db) if db.is_unique_violation() => taken(&after.name),
        _ => Error::from(e),
    })?;
    if saved == 0 {
        // A colleague deleted it meanwhile.
        return Err(domain::Error::NotFound.into());
    }
    let entry = Entry::new(Action::LabelChanged).on("label", id.0).change(json(&before), json(&after));
    audit::record(&mut tx, ctx, entry).await?;
    commit(ctx, tx).await?;
    Ok(after)
}

pub(super) async fn get(ctx: &Ctx, conn: Conn<'_>, id: LabelId) -> Result<Label> {
    let found: Option<(String, String)> = sql!(opt(String, String), conn, GET, ctx.ws(), id.0)?;
    let (name, colour) = found.ok_or(domain::Error::NotFound)?;
    Ok(Label { id, name, colour: colour.parse()? })
}

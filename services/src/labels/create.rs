use super::{commit, json, key, taken};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    sql,
    team::lock,
};
use domain::{
    audit::Action,
    id::LabelId,
    label::{Colour, LIMIT, Label, name},
    permission::Permission,
};
use serde_json::Value;

const COUNT: &str = "SELECT COUNT(*) FROM labels WHERE workspace_id = $1 AND deleted_at IS NULL";
const INSERT: &str = "INSERT INTO labels (workspace_id, id, name, name_key, colour, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, name_key) WHERE deleted_at IS NULL DO NOTHING";

/// Makes a label.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `Invalid` names the field; `Conflict` when the name is taken or there are too many.
pub async fn create(ctx: &Ctx, text: &str, colour: Colour) -> Result<Label> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let label = Label { id: LabelId(new_id()), name: name(text)?, colour };
    let mut tx = ctx.begin().await?;
    lock(&mut tx, ctx.ws()).await?;
    let labels = sql!(scalar i64, tx.conn(), COUNT, ctx.ws())?;
    if usize::try_from(labels).is_ok_and(|labels| labels >= LIMIT) {
        return Err(Error::Conflict(format!("A workspace can have {LIMIT} labels. Delete one first.")));
    }
    let (id, key) = (label.id.0, key(&label.name));
    if sql!(exec tx.conn(), INSERT, ctx.ws(), id, &label.name, &key, colour.as_str(), ctx.now())? == 0 {
        return Err(taken(&label.name));
    }
    let entry = Entry::new(Action::LabelCreated).on("label", id).change(Value::Null, json(&label));
    audit::record(&mut tx, ctx, entry).await?;
    commit(ctx, tx).await?;
    Ok(label)
}

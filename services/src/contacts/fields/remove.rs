use super::desk;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    sql,
};
use domain::{audit::Action, id::FieldId};
use serde_json::{Value, json};

const GONE: &str = "UPDATE contact_fields SET gone_at = $3 WHERE workspace_id = $1 AND id = $2";

/// Removes a field. Nobody sees its values any more; they are erased soon after, see [`super::sweep`].
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`.
pub async fn remove(ctx: &Ctx, id: FieldId) -> Result<()> {
    let (mut tx, known) = desk(ctx).await?;
    let field = known.into_iter().find(|field| field.id == id).ok_or(domain::Error::NotFound)?;
    sql!(exec tx.conn(), GONE, ctx.ws(), id.0, ctx.now())?;
    let before = json!({ "name": field.name, "kind": field.kind, "choices": field.choices });
    let entry = Entry::new(Action::ContactFieldsChanged).on("contact_field", id.0).change(before, Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(())
}

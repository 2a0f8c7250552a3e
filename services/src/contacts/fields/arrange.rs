use super::desk;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    sql,
};
use domain::{audit::Action, field::Field, id::FieldId};
use serde_json::json;

const PUT: &str = "UPDATE contact_fields SET place = $3 WHERE workspace_id = $1 AND id = $2";

/// Puts the fields into another order. Those that are not named follow behind, as they were.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound` when one of them is not there.
pub async fn arrange(ctx: &Ctx, order: &[FieldId]) -> Result<Vec<Field>> {
    let (mut tx, known) = desk(ctx).await?;
    if order.iter().any(|id| known.iter().all(|field| field.id != *id)) {
        return Err(domain::Error::NotFound.into());
    }
    let mut after = known.clone();
    after.sort_by_key(|field| order.iter().position(|id| *id == field.id).unwrap_or(usize::MAX));
    if after == known {
        return Ok(after);
    }
    for (place, field) in (0_i64..).zip(&after) {
        sql!(exec tx.conn(), PUT, ctx.ws(), field.id.0, place)?;
    }
    let names = |fields: &[Field]| json!({ "order": fields.iter().map(|field| &field.name).collect::<Vec<_>>() });
    let entry = Entry::new(Action::ContactFieldsChanged).on("workspace", ctx.ws()).change(names(&known), names(&after));
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(after)
}

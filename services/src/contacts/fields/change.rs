use super::{desk, taken};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    sql,
};
use domain::{
    audit::Action,
    contact::name_key,
    field::{Field, Wish},
    id::FieldId,
};
use serde_json::json;

const CHANGE: &str =
    "UPDATE contact_fields SET name = $3, name_key = $4, choices = $5 WHERE workspace_id = $1 AND id = $2";

/// Gives a field another name or other choices. Its kind stays, so that the values of contacts keep their meaning; a choice that
/// is taken away stays with those who have it.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`; `Invalid` names what is wrong; `Conflict` when the name is taken.
pub async fn change(ctx: &Ctx, id: FieldId, wish: &Wish) -> Result<Field> {
    let (mut tx, known) = desk(ctx).await?;
    let before = known.iter().find(|field| field.id == id).ok_or(domain::Error::NotFound)?;
    let Wish { name, kind, choices } = Wish { kind: before.kind, ..wish.clone() }.checked()?;
    if kind != wish.kind {
        return Err(domain::Error::invalid("kind", "a field keeps its kind: make another one").into());
    }
    let key = name_key(&name);
    if known.iter().any(|field| field.id != id && name_key(&field.name) == key) {
        return Err(taken());
    }
    let after = Field { id, name, kind, choices };
    if after == *before {
        return Ok(after);
    }
    let choices = json!(after.choices).to_string();
    sql!(exec tx.conn(), CHANGE, ctx.ws(), id.0, &after.name, &key, &choices)?;
    let entry = Entry::new(Action::ContactFieldsChanged).on("contact_field", id.0).change(
        json!({ "name": before.name, "choices": before.choices }),
        json!({ "name": after.name, "choices": after.choices }),
    );
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(after)
}

use super::{desk, taken};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    sql,
};
use domain::{
    audit::Action,
    contact::name_key,
    field::{FIELDS, Field, Wish},
};
use serde_json::{Value, json};

const INSERT: &str = "INSERT INTO contact_fields (workspace_id, id, name, name_key, kind, choices, place, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Adds a field, behind the others.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `Invalid` names what is wrong; `Conflict` when the name is taken or there are
/// [`FIELDS`] already.
pub async fn create(ctx: &Ctx, wish: &Wish) -> Result<Field> {
    let Wish { name, kind, choices } = wish.checked()?;
    let (mut tx, known) = desk(ctx).await?;
    let key = name_key(&name);
    if known.iter().any(|field| name_key(&field.name) == key) {
        return Err(taken());
    }
    if known.len() >= FIELDS {
        return Err(Error::Conflict(format!("A workspace has at most {FIELDS} custom fields. Remove one first.")));
    }
    // In the order in which they were made, until somebody arranges them: see [`super::arrange`].
    let (id, place, json) = (new_id(), i64::MAX, json!(choices).to_string());
    sql!(exec tx.conn(), INSERT, ctx.ws(), id, &name, &key, kind.as_str(), &json, place, ctx.now())?;
    let after = json!({ "name": name, "kind": kind, "choices": choices });
    let entry = Entry::new(Action::ContactFieldsChanged).on("contact_field", id).change(Value::Null, after);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(Field { id: id.into(), name, kind, choices })
}

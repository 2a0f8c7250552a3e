use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    db::{Tx, dialect},
    sql,
};
use domain::{
    audit::Action,
    contact::{self, Contact},
    permission::{Permission, Sight},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const INSERT: &str = "INSERT INTO contacts
    (workspace_id, id, wa_id, profile_name, named, assignee_id, created_at, updated_at, name_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) ON CONFLICT DO NOTHING";

/// Adds a customer by phone number. Without a name, the one that they give themselves is taken when they first write. Who sees
/// own contacts only looks after the new one.
///
/// # Errors
/// `Forbidden`; `Invalid` names the field; `Conflict` when a contact has this number.
pub async fn create(ctx: &Ctx, phone: &str, name: Option<&str>) -> Result<Contact> {
    ctx.demand(Permission::ContactsCreate)?;
    let digits = contact::phone(phone)?;
    let mut tx = ctx.begin().await?;
    // Ingest, which may be making the same contact, waits outside.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let contact = insert(ctx, &mut tx, &digits, name).await?;
    tx.commit().await?;
    Ok(contact)
}

/// The same as part of something larger, in a transaction that keeps ingest out. `digits` as [`contact::phone`] makes them.
pub(crate) async fn insert(ctx: &Ctx, tx: &mut Tx, digits: &str, name: Option<&str>) -> Result<Contact> {
    ctx.demand(Permission::ContactsCreate)?;
    let name = name.map(contact::name).transpose()?;
    let (id, now, named) = (new_id(), ctx.now(), name.is_some());
    let name = name.unwrap_or_default();
    let assignee = match ctx.sight(Permission::ContactsRead) {
        Sight::Own { me, .. } => Some(me),
        Sight::All | Sight::Nothing => None,
    };
    let owner = assignee.map(|member| member.0);
    if sql!(exec tx.conn(), INSERT, ctx.ws(), id, digits, &name, named, owner, now, contact::name_key(&name))? == 0 {
        return Err(Error::Conflict("There is a contact with this number already.".to_owned()));
    }
    let after = json!({"phone": format!("+{digits}"), "name": name, "assignee": assignee});
    let entry = Entry::new(Action::ContactCreated).on("contact", id).change(Value::Null, after);
    audit::record(tx, ctx, entry).await?;
    let phone = Some(format!("+{digits}"));
    Ok(Contact {
        id: id.into(),
        name,
        phone,
        user_id: None,
        username: None,
        assignee,
        opted_out_at: None,
        fields: BTreeMap::new(),
        note: String::new(),
        created_at: now,
        updated_at: now,
    })
}

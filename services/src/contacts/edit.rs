use super::{fields, find::find};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    conversations::row::RowRecord,
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    audit::Action,
    contact::{self, Contact, Edit},
    field::{Field, Values},
    id::ContactId,
    inbox::{Event, Place, Row},
    permission::Permission,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

// A name that a colleague gave is not replaced by what they call themselves.
const WRITE: &str = "UPDATE contacts SET profile_name = $3, name_key = $4, named = named OR $5,
    named_at = CASE WHEN $5 THEN NULL ELSE named_at END, fields = $6, note = $7, updated_at = $8 WHERE workspace_id = $1 AND id = $2";
const ROWS: &str =
    "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_message_at, id";

/// Names a customer; what they call themselves does not replace it any more. Screens show it at once.
///
/// # Errors
/// As [`edit`].
pub async fn update(ctx: &Ctx, id: ContactId, name: &str) -> Result<Contact> {
    edit(ctx, id, Edit { name: Some(name.to_owned()), ..Edit::default() }).await
}

/// Changes what is known of a customer: name, custom fields, note. What the edit leaves out stays. Screens show it at once.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` names the field.
pub async fn edit(ctx: &Ctx, id: ContactId, edit: Edit) -> Result<Contact> {
    ctx.demand(Permission::ContactsUpdate)?;
    let name = edit.name.as_deref().map(contact::name).transpose()?;
    let note = edit.note.as_deref().map(contact::note).transpose()?;
    let (now, named) = (ctx.now(), name.is_some());
    let mut tx = ctx.begin().await?;
    // Ingest locks contacts before conversations, so it has to wait outside.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let before = find(ctx, tx.conn(), id).await?;
    ctx.demand_on(Permission::ContactsUpdate, before.assignee)?;
    let known = if edit.fields.is_empty() { Vec::new() } else { fields::all(tx.conn(), ctx.ws()).await? };
    let values = changed(&before.fields, &edit, &known)?;
    let after = Contact {
        name: name.unwrap_or_else(|| before.name.clone()),
        note: note.unwrap_or_else(|| before.note.clone()),
        fields: values,
        updated_at: now,
        ..before.clone()
    };
    let (key, json) = (contact::name_key(&after.name), fields::stored(&after.fields));
    sql!(exec tx.conn(), WRITE, ctx.ws(), id.0, &after.name, &key, named, &json, &after.note, now)?;
    if (&after.name, &after.fields, &after.note) == (&before.name, &before.fields, &before.note) {
        tx.commit().await?;
        return Ok(after);
    }
    let (was, became) = difference(&before, &after, &known);
    let entry = Entry::new(Action::ContactUpdated).on("contact", id.0).change(was, became);
    audit::record(&mut tx, ctx, entry).await?;
    let mut events = vec![Event::Contact { contact: id, assignee: after.assignee }];
    if after.name != before.name {
        events.extend(renamed(&mut tx, ctx.ws(), id.0).await?);
    }
    let seq = live::record(&mut tx, ctx.ws(), &events, now).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(after)
}

fn changed(before: &Values, edit: &Edit, known: &[Field]) -> Result<Values> {
    let mut values = before.clone();
    for (id, written) in &edit.fields {
        let field = known.iter().find(|field| field.id == *id);
        let field = field.ok_or_else(|| domain::Error::invalid("fields", format!("there is no custom field {id}")))?;
        match field.value(written)? {
            Some(value) => values.insert(*id, value),
            None => values.remove(id),
        };
    }
    Ok(values)
}

/// Rows of the inbox that show another name now.
pub(crate) async fn renamed(tx: &mut Tx, workspace: Uuid, contact: Uuid) -> Result<Vec<Event>> {
    // Whoever changes one of them at this moment is done before they are read: what is told last must be true.
    if let Tx::Postgres(tx) = tx {
        dialect::postgres_contacts::lock_conversations(tx, workspace, contact).await?;
    }
    let rows: Vec<RowRecord> = sql!(all RowRecord, tx.conn(), ROWS, workspace, contact)?;
    let told = |row: Row| Event::Conversation { was: Place::of(&row), row, lines: Vec::new() };
    Ok(rows.into_iter().map(Row::from).map(told).collect())
}

/// What differs, by the names that fields have today. Of a note only how long it is: its words are no business of the trail.
fn difference(before: &Contact, after: &Contact, known: &[Field]) -> (Value, Value) {
    let [mut was, mut became] = [Map::new(), Map::new()];
    let mut differs = |name: &str, old: Value, new: Value| {
        if old != new {
            was.insert(name.to_owned(), old);
            became.insert(name.to_owned(), new);
        }
    };
    differs("name", json!(before.name), json!(after.name));
    for field in known {
        differs(&field.name, json!(before.fields.get(&field.id)), json!(after.fields.get(&field.id)));
    }
    if before.note != after.note {
        differs("note", json!(length(&before.note)), json!(format!("{}, changed", length(&after.note))));
    }
    (was.into(), became.into())
}

fn length(note: &str) -> String {
    format!("{} characters", note.chars().count())
}

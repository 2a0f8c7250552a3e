use super::find::find;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    conversations::row::RowRecord,
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    audit::Action,
    contact::{self, Contact},
    id::ContactId,
    inbox::{Event, Place, Row},
    permission::Permission,
};
use serde_json::json;

const NAME: &str =
    "UPDATE contacts SET profile_name = $3, named = TRUE, updated_at = $4 WHERE workspace_id = $1 AND id = $2";

const ROWS: &str =
    "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_message_at, id";

/// Names a customer; what they call themselves does not replace it any more. Screens show it at once.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` names the field.
pub async fn update(ctx: &Ctx, id: ContactId, name: &str) -> Result<Contact> {
    ctx.demand(Permission::ContactsUpdate)?;
    let name = contact::name(name)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    // Ingest locks contacts before conversations, so it has to wait outside.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let before = find(ctx, tx.conn(), id).await?;
    ctx.demand_on(Permission::ContactsUpdate, before.assignee)?;
    sql!(exec tx.conn(), NAME, ctx.ws(), id.0, &name, now)?;
    let after = Contact { name, updated_at: now, ..before.clone() };
    if after.name == before.name {
        tx.commit().await?;
        return Ok(after);
    }
    let entry = Entry::new(Action::ContactUpdated)
        .on("contact", id.0)
        .change(json!({"name": before.name}), json!({"name": after.name}));
    audit::record(&mut tx, ctx, entry).await?;
    // Whoever changes one of them at this moment is done before they are read: what is told last must be true.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres_contacts::lock_conversations(tx, ctx.ws(), id.0).await?;
    }
    let rows: Vec<RowRecord> = sql!(all RowRecord, tx.conn(), ROWS, ctx.ws(), id.0)?;
    let events: Vec<Event> =
        rows.into_iter().map(Row::from).map(|row| Event::Conversation { was: Place::of(&row), row }).collect();
    let seq = live::record(&mut tx, ctx.ws(), &events, now).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(after)
}

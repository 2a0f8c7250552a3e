use super::find::{ContactRecord, find};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    audit::Action,
    contact::Contact,
    id::ContactId,
    inbox::Event,
    permission::{Permission, Sight},
};
use serde_json::{Value, json};
use uuid::Uuid;

const OF: &str = "SELECT c.* FROM contact_twins t
    JOIN contacts c ON c.id = CASE WHEN t.by_user_id = $2 THEN t.by_phone ELSE t.by_user_id END
    WHERE c.workspace_id = $1 AND t.workspace_id = $1 AND (t.by_user_id = $2 OR t.by_phone = $2) AND NOT t.kept_apart
    ORDER BY t.found_at, c.id";
const OPEN: &str = "SELECT by_user_id, by_phone FROM contact_twins
    WHERE workspace_id = $1 AND NOT kept_apart ORDER BY found_at DESC, by_user_id LIMIT $2";
const KEEP_APART: &str = "UPDATE contact_twins SET kept_apart = TRUE WHERE workspace_id = $1 AND NOT kept_apart
    AND ((by_user_id = $2 AND by_phone = $3) OR (by_user_id = $3 AND by_phone = $2))";
const SOME: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id = $2";

/// Pairs that are looked at for one list.
const MOST: i64 = 100;

/// Two contacts that may be one person.
pub type Pair = (Contact, Contact);

/// Who a contact may be the same as: a message named the user id of one and the number of the other. Those that the member may
/// not see are left out.
///
/// # Errors
/// `Forbidden`; `NotFound` when the contact is not the member's to see.
pub async fn of(ctx: &Ctx, id: ContactId) -> Result<Vec<Contact>> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    find(ctx, read.conn(), id).await?;
    let found: Vec<ContactRecord> = sql!(all ContactRecord, read.conn(), OF, ctx.ws(), id.0)?;
    let sight = ctx.sight(Permission::ContactsRead);
    Ok(found.into_iter().map(Contact::from).filter(|contact| sight.reaches(contact.assignee)).collect())
}

/// The newest pairs of which the member sees both, at most `limit`.
///
/// # Errors
/// `Forbidden`.
pub async fn open(ctx: &Ctx, limit: usize) -> Result<Vec<Pair>> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    let sight: Sight = ctx.sight(Permission::ContactsRead);
    let pairs: Vec<(Uuid, Uuid)> = sql!(all(Uuid, Uuid), read.conn(), OPEN, ctx.ws(), MOST)?;
    let mut found = Vec::new();
    for (one, other) in pairs {
        let mut both = Vec::with_capacity(2);
        for id in [one, other] {
            let contact: Option<ContactRecord> = sql!(opt ContactRecord, read.conn(), SOME, ctx.ws(), id)?;
            both.extend(contact.map(Contact::from).filter(|contact| sight.reaches(contact.assignee)));
        }
        if let (Some(other), Some(one)) = (both.pop(), both.pop()) {
            found.push((one, other));
        }
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// Says that two contacts are two people: they are not proposed again.
///
/// # Errors
/// `Forbidden`; `NotFound` when one of them is not the member's to see, or nobody proposed it.
pub async fn keep_apart(ctx: &Ctx, one: ContactId, other: ContactId) -> Result<()> {
    ctx.demand(Permission::ContactsUpdate)?;
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let mut events = Vec::new();
    for id in [one, other] {
        let contact = find(ctx, tx.conn(), id).await?;
        ctx.demand_on(Permission::ContactsUpdate, contact.assignee)?;
        events.push(Event::Contact { contact: id, assignee: contact.assignee });
    }
    if one == other {
        return Err(domain::Error::invalid("contact", "this is the same contact").into());
    }
    if sql!(exec tx.conn(), KEEP_APART, ctx.ws(), one.0, other.0)? == 0 {
        return Err(domain::Error::NotFound.into());
    }
    let entry =
        Entry::new(Action::ContactsKeptApart).on("contact", one.0).change(Value::Null, json!({ "other": other }));
    audit::record(&mut tx, ctx, entry).await?;
    let seq = live::record(&mut tx, ctx.ws(), &events, ctx.now()).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(())
}

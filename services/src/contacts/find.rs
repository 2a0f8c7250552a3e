use crate::{Ctx, Result, db::Conn, sql};
use domain::{contact::Contact, id::ContactId, permission::Permission, time::Millis};
use uuid::Uuid;

const ONE: &str =
    "SELECT id, profile_name, wa_id, meta_user_id, assignee_id, opted_out_at, created_at, updated_at FROM contacts
    WHERE workspace_id = $1 AND id = $2";

const BY_PHONE: &str =
    "SELECT id, profile_name, wa_id, meta_user_id, assignee_id, opted_out_at, created_at, updated_at FROM contacts
    WHERE workspace_id = $1 AND wa_id = $2";

/// A row of `contacts`.
#[derive(sqlx::FromRow)]
pub struct ContactRecord {
    pub id: Uuid,
    pub profile_name: String,
    pub wa_id: Option<String>,
    pub meta_user_id: Option<String>,
    pub assignee_id: Option<Uuid>,
    pub opted_out_at: Option<Millis>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

impl From<ContactRecord> for Contact {
    fn from(row: ContactRecord) -> Self {
        Contact {
            id: row.id.into(),
            name: row.profile_name,
            phone: row.wa_id.map(|digits| format!("+{digits}")),
            user_id: row.meta_user_id,
            assignee: row.assignee_id.map(Into::into),
            opted_out_at: row.opted_out_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One contact.
///
/// # Errors
/// `Forbidden`; `NotFound` when it does not exist or is not the member's to see.
pub async fn get(ctx: &Ctx, id: ContactId) -> Result<Contact> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    find(ctx, read.conn(), id).await
}

/// The contact with a phone number, if there is one that the member sees. `digits` as [`domain::contact::phone`] makes them.
///
/// # Errors
/// `Forbidden`.
pub async fn by_phone(ctx: &Ctx, digits: &str) -> Result<Option<Contact>> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    let row: Option<ContactRecord> = sql!(opt ContactRecord, read.conn(), BY_PHONE, ctx.ws(), digits)?;
    Ok(row.map(Contact::from).filter(|contact| seen(ctx, contact)))
}

/// The contact, if the member may see it: the one place that decides.
pub(crate) async fn find(ctx: &Ctx, conn: Conn<'_>, id: ContactId) -> Result<Contact> {
    let row: Option<ContactRecord> = sql!(opt ContactRecord, conn, ONE, ctx.ws(), id.0)?;
    Ok(row.map(Contact::from).filter(|contact| seen(ctx, contact)).ok_or(domain::Error::NotFound)?)
}

fn seen(ctx: &Ctx, contact: &Contact) -> bool {
    ctx.sight(Permission::ContactsRead).reaches(contact.assignee)
}

use crate::{Ctx, Error, Result, db::Conn, sql};
use domain::{contact::Contact, id::ContactId, permission::Permission, time::Millis};
use uuid::Uuid;

const ONE: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id = $2";
const BY_PHONE: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND wa_id = $2";

const MERGED: &str = "SELECT into_id FROM contact_merges WHERE workspace_id = $1 AND from_id = $2";

/// A row of `contacts`.
#[derive(sqlx::FromRow)]
pub struct ContactRecord {
    pub id: Uuid,
    pub profile_name: String,
    pub wa_id: Option<String>,
    pub meta_user_id: Option<String>,
    pub username: Option<String>,
    pub assignee_id: Option<Uuid>,
    pub opted_out_at: Option<Millis>,
    pub fields: String,
    pub note: String,
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
            username: row.username,
            assignee: row.assignee_id.map(Into::into),
            opted_out_at: row.opted_out_at,
            fields: super::fields::parse(&row.fields),
            note: row.note,
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

/// One contact, also by the id of one that was merged into it.
///
/// # Errors
/// As [`get`].
pub async fn follow(ctx: &Ctx, id: ContactId) -> Result<Contact> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    match find(ctx, read.conn(), id).await {
        Err(Error::Domain(domain::Error::NotFound)) => {
            let into: Option<Uuid> = sql!(scalar_opt Uuid, read.conn(), MERGED, ctx.ws(), id.0)?;
            find(ctx, read.conn(), into.ok_or(domain::Error::NotFound)?.into()).await
        }
        found => found,
    }
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

/// The contact with a phone number, within a transaction that may add it.
///
/// # Errors
/// `Conflict` when it is a colleague's and not to be seen.
pub(crate) async fn with_phone(ctx: &Ctx, conn: Conn<'_>, digits: &str) -> Result<Option<Contact>> {
    let row: Option<ContactRecord> = sql!(opt ContactRecord, conn, BY_PHONE, ctx.ws(), digits)?;
    match row.map(Contact::from) {
        Some(contact) if !seen(ctx, &contact) => {
            Err(Error::Conflict("A colleague looks after this customer. Ask them, or an Owner or Manager.".to_owned()))
        }
        found => Ok(found),
    }
}

fn seen(ctx: &Ctx, contact: &Contact) -> bool {
    ctx.sight(Permission::ContactsRead).reaches(contact.assignee)
}

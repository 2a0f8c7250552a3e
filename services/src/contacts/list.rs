use super::find::ContactRecord;
use crate::{Ctx, Result, sql};
use domain::{
    contact::Contact,
    id::ContactId,
    inbox::Page,
    permission::{Permission, Sight},
};
use uuid::Uuid;

const ALL: &str = "SELECT * FROM contacts
    WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const OWN: &str = "SELECT * FROM contacts
    WHERE workspace_id = $1 AND id < $2 AND assignee_id = $4 ORDER BY id DESC LIMIT $3";

const OWN_OR_NOBODYS: &str = "SELECT * FROM contacts
    WHERE workspace_id = $1 AND id < $2 AND (assignee_id = $4 OR assignee_id IS NULL) ORDER BY id DESC LIMIT $3";

/// Contacts that the member sees, the newest first, at most `limit`, behind the one given.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Ctx, before: Option<ContactId>, limit: usize) -> Result<Page<Contact>> {
    ctx.demand(Permission::ContactsRead)?;
    let before = before.map_or(Uuid::max(), |id| id.0);
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut read = ctx.read().await?;
    let mut rows: Vec<ContactRecord> = match ctx.sight(Permission::ContactsRead) {
        Sight::Nothing => Vec::new(),
        Sight::All => sql!(all ContactRecord, read.conn(), ALL, ctx.ws(), before, ask)?,
        Sight::Own { me, unassigned: false } => sql!(all ContactRecord, read.conn(), OWN, ctx.ws(), before, ask, me.0)?,
        Sight::Own { me, unassigned: true } => {
            sql!(all ContactRecord, read.conn(), OWN_OR_NOBODYS, ctx.ws(), before, ask, me.0)?
        }
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Page { items: rows.into_iter().map(Contact::from).collect(), more })
}

//! Personal data goes, the proof stays.

use super::{Entry, chain::Row, head, key, record, seal::seal_workspace};
use crate::{Ctx, Error, Result, db::Tx, sql};
use domain::{
    audit::Action,
    id::{AuditId, ContactId},
    permission::Permission,
    time::Millis,
};
use serde_json::{Value, json};
use uuid::Uuid;

const ABOUT: &str = "SELECT at, id, actor_kind, member_id, token_id, action, resource_kind, resource_id, was, became,
    about, address, agent, unproven, position, salt, mac, erased_at, personal_digest, erasure
    FROM audit_entries e WHERE e.workspace_id = $1 AND (e.at, e.id) > ($2, $3)
    AND e.position IS NOT NULL AND e.erased_at IS NULL AND e.action <> 'audit.erased'
    AND ((e.resource_kind = 'contact' AND (e.resource_id = $4 OR e.resource_id IN
            (SELECT g.from_id FROM contact_merges g WHERE g.workspace_id = $1 AND g.into_id = $4)))
        OR (e.resource_kind = 'conversation' AND e.resource_id IN
            (SELECT c.id FROM conversations c WHERE c.workspace_id = $1 AND c.contact_id = $4)))
    ORDER BY e.at, e.id LIMIT $5";
const ERASE: &str = "UPDATE audit_entries SET was = NULL, became = NULL, about = NULL, address = NULL, agent = NULL,
    salt = NULL, erased_at = $4, personal_digest = $5, erasure = $6 WHERE workspace_id = $1 AND at = $2 AND id = $3";

const AT_ONCE: i64 = 200;

/// Erases what the trail says about a customer: of the entries on the contact, on those merged into it and on its conversations
/// there remains who did what and when. Returns how many entries it were; the chain goes on holding.
///
/// # Errors
/// `Forbidden` without `contacts.delete`; `Internal` when the chain is broken.
pub async fn erase(ctx: &Ctx, contact: ContactId) -> Result<u64> {
    ctx.demand_all(Permission::ContactsDelete)?;
    // What is not in the chain yet could be sealed while it is being erased.
    seal_workspace(&ctx.services, ctx.workspace().id).await?;
    let (mut after, mut erased) = ((Millis::MIN, Uuid::nil()), 0);
    loop {
        let mut tx = ctx.begin().await?;
        let rows = piece(ctx, &mut tx, contact, after).await?;
        let Some(last) = rows.last() else { break };
        after = (last.at, last.id);
        erased += rows.len() as u64;
        tx.commit().await?;
    }
    let mut tx = ctx.begin().await?;
    let entry =
        Entry::new(Action::AuditErased).on("contact", contact.0).change(Value::Null, json!({ "entries": erased }));
    record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(erased)
}

async fn piece(ctx: &Ctx, tx: &mut Tx, contact: ContactId, after: (Millis, Uuid)) -> Result<Vec<Row>> {
    let (workspace, now) = (ctx.workspace().id, ctx.now());
    // Nothing was ever sealed: there is nothing to erase.
    let Some(key) = key::load(&ctx.services, workspace).await? else { return Ok(Vec::new()) };
    // Two who erase at once would write two digests of which one covers nothing.
    head::lock(tx.conn(), &key, workspace, now).await?;
    let rows: Vec<Row> = sql!(all Row, tx.conn(), ABOUT, ctx.ws(), after.0, after.1, contact.0, AT_ONCE)?;
    for row in &rows {
        let (Some(position), Some(salt)) = (row.position, &row.salt) else {
            return Err(Error::Internal(format!("audit entry {} is not as it was sealed", AuditId(row.id))));
        };
        let personal = row.personal_digest(salt);
        let erasure = key.erasure(workspace, position, now, &personal);
        sql!(exec tx.conn(), ERASE, ctx.ws(), row.at, row.id, now, personal.as_slice(), erasure.as_slice())?;
    }
    Ok(rows)
}

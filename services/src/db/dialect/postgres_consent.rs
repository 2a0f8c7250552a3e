//! Locks of whoever decides about a contact's consent, in the one order: contacts, conversations, what waits to be sent.

use sqlx::{PgConnection, query};
use uuid::Uuid;

const LOCK_CONTACTS: &str =
    "SELECT id FROM contacts WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE";
const LOCK_CONVERSATIONS: &str =
    "SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = ANY($2) ORDER BY id FOR UPDATE";

/// Keeps other writers off these contacts and all their conversations until the transaction ends.
pub async fn lock_people(c: &mut PgConnection, workspace: Uuid, contacts: &[Uuid]) -> sqlx::Result<()> {
    for sql in [LOCK_CONTACTS, LOCK_CONVERSATIONS] {
        query(sql).bind(workspace).bind(contacts).execute(&mut *c).await?;
    }
    Ok(())
}

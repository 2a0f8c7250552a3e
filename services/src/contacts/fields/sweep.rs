use super::{parse, stored};
use crate::{
    Result, Services,
    db::{Tx, dialect, system},
    sql,
};
use domain::id::FieldId;
use uuid::Uuid;

/// Contacts in one transaction: nobody waits long for the workspace.
const TOGETHER: i64 = 200;

const WITH: &str = "SELECT id, fields FROM contacts WHERE workspace_id = $1 AND id > $2 AND fields LIKE $3
    ORDER BY id LIMIT $4";
const WRITE: &str = "UPDATE contacts SET fields = $3 WHERE workspace_id = $1 AND id = $2";
const FORGET: &str = "DELETE FROM contact_fields WHERE workspace_id = $1 AND id = $2 AND gone_at IS NOT NULL";

/// Erases the values of removed fields, of all workspaces.
///
/// # Errors
/// When the database fails; the next time begins again.
pub async fn sweep(services: &Services) -> Result<()> {
    let gone = system::gone_fields(services.db().read().await?.conn()).await?;
    for (workspace, field) in gone {
        let mut last = Uuid::nil();
        while let Some(next) = piece(services, workspace, FieldId(field), last).await? {
            last = next;
        }
    }
    Ok(())
}

/// Some contacts behind `after`; the last one of them, or nothing when that was all.
async fn piece(services: &Services, workspace: Uuid, field: FieldId, after: Uuid) -> Result<Option<Uuid>> {
    let mut tx = services.db().begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, workspace).await?;
    }
    let named = format!("%{field}%");
    let found: Vec<(Uuid, String)> = sql!(all(Uuid, String), tx.conn(), WITH, workspace, after, &named, TOGETHER)?;
    for (contact, values) in &found {
        let mut values = parse(values);
        values.remove(&field);
        sql!(exec tx.conn(), WRITE, workspace, *contact, stored(&values))?;
    }
    if found.is_empty() {
        sql!(exec tx.conn(), FORGET, workspace, field.0)?;
    }
    tx.commit().await?;
    Ok(found.last().map(|(id, _)| *id))
}

use super::list::record;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    sql,
};
use domain::{
    audit::Action,
    id::ImportId,
    import::{Import, State},
    permission::Permission,
};
use serde_json::json;

const CANCEL: &str = "UPDATE imports SET state = 'cancelled', ended_at = $3
    WHERE workspace_id = $1 AND id = $2 AND state IN ('uploading', 'draft', 'running')";

/// Ends an import where it stands. What is written stays written; the report says what that is. Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`.
pub async fn cancel(ctx: &Ctx, id: ImportId) -> Result<Import> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut tx = ctx.begin().await?;
    let before = Import::from(record(tx.conn(), ctx.ws(), id).await?);
    let cancelled = sql!(exec tx.conn(), CANCEL, ctx.ws(), id.0, ctx.now())? > 0;
    let after = Import::from(record(tx.conn(), ctx.ws(), id).await?);
    // Of a draft nothing was written, so nothing is said.
    if cancelled && before.state == State::Running {
        let became = json!({ "file": after.file_name, "state": after.state, "counts": after.counts });
        let entry = Entry::new(Action::ContactsImported).on("import", id.0);
        audit::record(&mut tx, ctx, entry.change(json!({ "state": before.state }), became)).await?;
    }
    tx.commit().await?;
    Ok(after)
}

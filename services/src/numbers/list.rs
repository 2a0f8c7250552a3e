use crate::{Ctx, Result, sql};
use domain::{id::NumberId, number::NumberBrief};
use uuid::Uuid;

const LIST: &str = "SELECT id, name, display_number FROM numbers WHERE workspace_id = $1 AND state = 'active'
    ORDER BY created_at, id";

/// The connected numbers of the workspace, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(ctx: &Ctx) -> Result<Vec<NumberBrief>> {
    let mut read = ctx.read().await?;
    let rows = sql!(all(Uuid, String, String), read.conn(), LIST, ctx.ws())?;
    let brief = |(id, name, display_number)| NumberBrief { id: NumberId(id), name, display_number };
    Ok(rows.into_iter().map(brief).collect())
}

use crate::{Ctx, Result, sql};
use domain::id::NoticeId;

const READ: &str = "UPDATE notices SET read_at = $4
    WHERE workspace_id = $1 AND member_id = $2 AND id = $3 AND read_at IS NULL";
const READ_ALL: &str = "UPDATE notices SET read_at = $3
    WHERE workspace_id = $1 AND member_id = $2 AND read_at IS NULL";

/// Notes that the member has read one of theirs. One that is read or not theirs stays as it is: nothing is said of it.
///
/// # Errors
/// When the database fails.
pub async fn mark_read(ctx: &Ctx, id: NoticeId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), READ, ctx.ws(), ctx.me().id.0, id.0, ctx.now())?;
    Ok(tx.commit().await?)
}

/// The same with all of theirs.
///
/// # Errors
/// When the database fails.
pub async fn mark_all_read(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), READ_ALL, ctx.ws(), ctx.me().id.0, ctx.now())?;
    Ok(tx.commit().await?)
}

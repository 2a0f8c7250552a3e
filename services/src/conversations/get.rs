use super::thread::find;
use crate::{Ctx, Result};
use domain::{
    id::ConversationId,
    inbox::{Eyes, Row},
};

/// One conversation without its messages.
///
/// # Errors
/// `NotFound` when it does not exist or is not the member's to see.
pub async fn get(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let mut read = ctx.read().await?;
    let row = find(ctx, read.conn(), id).await?;
    Ok(Eyes::of(ctx.access(), ctx.me().id).veil(row.into()))
}

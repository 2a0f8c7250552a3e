use super::{delivery, list};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    send,
};
use domain::{audit::Action, id::MessageId, permission::Permission};
use serde_json::{Value, json};
use uuid::Uuid;

/// Gives it up for good: nothing more is tried.
///
/// # Errors
/// `NotFound`; `Conflict` for a message that was retried meanwhile; `Forbidden` without `operations.manage`, or for a message
/// without `messages.retry`.
pub async fn discard(ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.demand(Permission::OperationsManage)?;
    let found = list::find(ctx, id).await?;
    let Some(behind) = found.delivery() else { return send::discard(ctx, MessageId(id)).await };
    let letter = found.seen(ctx);
    let mut tx = ctx.begin().await?;
    if !delivery::remove(ctx, &mut tx, id).await? {
        return Err(domain::Error::NotFound.into());
    }
    let was = json!({ "delivery": behind, "tries": letter.tries, "reason": letter.reason.as_str() });
    let entry = Entry::new(Action::DeliveryDiscarded).on("dead_letter", id).change(was, Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    delivery::give_up(ctx.services(), &mut tx, behind, ctx.now()).await?;
    Ok(tx.commit().await?)
}

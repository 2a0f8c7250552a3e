use super::{delivery, list};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    conversations, send,
};
use domain::{audit::Action, dead::Letter, id::MessageId, permission::Permission};
use serde_json::{Value, json};
use uuid::Uuid;

/// How a dead letter is retried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// Only where it surely did not go out.
    #[default]
    Once,
    /// Also where the customer may get it twice.
    MayArriveTwice,
}

/// Gives it all its tries again: a delivery is processed once more, a message goes back into its place. One that may have gone
/// out is sent as a new message, and only for somebody who says that they know.
///
/// # Errors
/// `Conflict` when it may have gone out, or was retried or discarded meanwhile; `NotFound`; `Forbidden` without
/// `operations.manage`, or for a message without `messages.retry`; what [`conversations::send_again`] refuses.
pub async fn retry(ctx: &Ctx, id: Uuid, how: Retry) -> Result<()> {
    ctx.demand(Permission::OperationsManage)?;
    let found = list::find(ctx, id).await?;
    let behind = found.delivery();
    let letter = found.seen(ctx);
    match behind {
        Some(delivery) => process_again(ctx, &letter, delivery).await,
        None if letter.may_arrive_twice() => {
            knows(how)?;
            conversations::send_again(ctx, MessageId(id)).await?;
            send::discard(ctx, MessageId(id)).await
        }
        None => send::retry_now(ctx, MessageId(id)).await,
    }
}

pub(super) fn knows(how: Retry) -> Result<()> {
    match how {
        Retry::MayArriveTwice => Ok(()),
        Retry::Once => Err(Error::Conflict(
            "This message may have gone out: the customer may get it twice. Send it again only if that is better than not at all."
                .to_owned(),
        )),
    }
}

async fn process_again(ctx: &Ctx, letter: &Letter, behind: i64) -> Result<()> {
    let services = ctx.services();
    let mut tx = ctx.begin().await?;
    if !delivery::remove(ctx, &mut tx, letter.id).await? {
        return Err(domain::Error::NotFound.into());
    }
    let was = json!({ "delivery": behind, "tries": letter.tries, "reason": letter.reason.as_str() });
    let entry = Entry::new(Action::DeliveryRetried).on("dead_letter", letter.id).change(was, Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    if !delivery::again(services, &mut tx, behind, ctx.now()).await? {
        return Err(Error::Conflict("This delivery is not kept any more, or is being processed already.".to_owned()));
    }
    tx.commit().await?;
    services.wakes().wake_ingest();
    services.bus().received();
    Ok(())
}

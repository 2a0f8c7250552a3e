use super::{
    Candidate, outcome, queued,
    store::{self, Changes},
};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    conversations,
    db::Tx,
    live, sql,
};
use domain::{audit::Action, id::MessageId, inbox::Event, message::Status, permission::Permission};
use serde_json::{Value, json};
use uuid::Uuid;

const CONVERSATION: &str =
    "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

/// Withdraws a message that waits or was given up: it is not sent any more.
///
/// # Errors
/// `Conflict` while it is on its way or when it has arrived or failed; `NotFound`, `Forbidden` without `messages.retry`.
pub async fn discard(ctx: &Ctx, id: MessageId) -> Result<()> {
    let (mut tx, c) = locked(ctx, id).await?;
    let (events, entry) = withdraw(ctx, &mut tx, c).await?;
    audit::record(&mut tx, ctx, entry).await?;
    let seq = live::record(&mut tx, ctx.ws(), &events, ctx.now()).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ctx.ws(), seq);
    // Its conversation's next message has its turn.
    queued(ctx.services());
    Ok(())
}

/// The same in a transaction that goes on: what screens and the audit trail are told is for the caller to record, last.
///
/// # Errors
/// `Conflict` as [`discard`].
pub(crate) async fn withdraw(ctx: &Ctx, tx: &mut Tx, c: Candidate) -> Result<(Vec<Event>, Entry)> {
    let (id, was) = (MessageId(c.id()), c.status());
    match was {
        Status::Queued | Status::RetryQueued | Status::Dead => {}
        Status::Unconfirmed if c.due_at.is_none_or(|due_at| due_at <= ctx.now()) => {}
        Status::Unconfirmed => {
            return Err(Error::Conflict("Meta may still confirm this message. Wait a few minutes.".to_owned()));
        }
        _ => {
            return Err(Error::Conflict(
                "This message does not wait any more; there is nothing to discard.".to_owned(),
            ));
        }
    }
    let conversation = c.target.message.conversation_id;
    let mut changes = Changes::default();
    outcome::cancel(c, "Discarded before it was sent.", &mut changes);
    if matches!(was, Status::Dead | Status::Unconfirmed)
        && let Some(target) = changes.targets.first_mut()
    {
        target.message.error_text = Some("Discarded after it was given up.".to_owned());
    }
    let entry = Entry::new(Action::MessageDiscarded)
        .on("conversation", conversation)
        .change(json!({ "message": id, "status": was.as_str() }), Value::Null);
    Ok((changes.apply(tx, ctx.ws()).await?, entry))
}

/// A message of the member's to retry or discard, locked.
pub(crate) async fn locked(ctx: &Ctx, id: MessageId) -> Result<(Tx, Candidate)> {
    let mut tx = ctx.begin().await?;
    store::lock(&mut tx, ctx.ws(), &[id.0]).await?;
    let conversation = sql!(scalar_opt Uuid, tx.conn(), CONVERSATION, ctx.ws(), id.0)?;
    let conversation = conversation.ok_or(domain::Error::NotFound)?;
    let row = conversations::find(ctx, tx.conn(), conversation.into()).await?;
    ctx.demand_on(Permission::MessagesRetry, row.assignee())?;
    let found = store::candidates(&mut tx, ctx.ws(), &[id.0]).await?;
    let candidate = found.into_iter().next().ok_or(domain::Error::NotFound)?;
    Ok((tx, candidate))
}

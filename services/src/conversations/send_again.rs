use super::{
    reply::{again_key, reply},
    row::MessageRecord,
    thread::find,
};
use crate::{Ctx, Error, Result, sql};
use domain::{id::MessageId, inbox::MessageView, message::Status};

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

/// Sends the text of a message that did not arrive, or may not have, once more as a new message.
///
/// # Errors
/// `Conflict` when the message is on its way or has arrived; else as [`reply`].
pub async fn send_again(ctx: &Ctx, id: MessageId) -> Result<MessageView> {
    ctx.may_reply()?;
    let message: MessageRecord = {
        let mut read = ctx.read().await?;
        let message = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), id.0)?;
        let message = message.ok_or(domain::Error::NotFound)?;
        find(ctx, read.conn(), message.conversation_id.into()).await?;
        message
    };
    if !Status::parse(&message.status).needs_attention() {
        return Err(Error::Conflict(
            "This message is on its way or has arrived; there is nothing to send again.".into(),
        ));
    }
    reply(ctx, message.conversation_id.into(), again_key(message.id), &message.body).await
}

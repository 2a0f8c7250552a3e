use super::row::MessageRecord;
use crate::{Ctx, Result, live, sql};
use domain::{
    content::Content,
    id::MessageId,
    inbox::{Event, MessageView},
    message::Status,
};
use std::time::Duration;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout_at},
};

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

/// What became of a message that this member has just sent: as soon as it has left, or has to wait for another try, and after
/// `patience` in any case. It is read again whenever something is heard of it.
///
/// # Errors
/// `NotFound` when it is not a message of the workspace's.
pub async fn outcome(ctx: &Ctx, id: MessageId, patience: Duration) -> Result<MessageView> {
    let until = Instant::now() + patience;
    let since = {
        let mut read = ctx.read().await?;
        live::last_seq(read.conn(), ctx.ws()).await?
    };
    // First listen, then look: what happens in between is heard.
    let mut about = id;
    let mut heard = ctx.services.bus().follow(&ctx.services, ctx.ws(), since);
    loop {
        let message = look(ctx, id).await?;
        if let Content::Reacts(reacts) = &message.content {
            // It is told of at the message that it is about.
            about = reacts.message;
        }
        if !matches!(message.status, Status::Queued | Status::Sending) {
            return Ok(message);
        }
        loop {
            match timeout_at(until, heard.recv()).await {
                Err(_) | Ok(Err(RecvError::Closed)) => return Ok(message),
                Ok(Ok(live::News::Event(stamped))) if !concerns(&stamped.event, about) => {}
                Ok(Ok(live::News::Present(_))) => {}
                Ok(Ok(_) | Err(RecvError::Lagged(_))) => break,
            }
        }
    }
}

fn concerns(event: &Event, id: MessageId) -> bool {
    matches!(event, Event::MessageChanged { message, .. } if message.id == id)
}

async fn look(ctx: &Ctx, id: MessageId) -> Result<MessageView> {
    let mut read = ctx.read().await?;
    let message: Option<MessageRecord> = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), id.0)?;
    Ok(message.ok_or(domain::Error::NotFound)?.into())
}

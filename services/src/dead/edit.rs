use super::{
    list,
    retry::{Retry, knows},
    row::Record,
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    conversations, live, send,
};
use domain::{Error as Wrong, audit::Action, id::MessageId, inbox::Event, permission::Permission};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What can be said in other words.
const REFUSED: &str = "only a text, words below a picture, video or document, and words above buttons or a list can be written \
    anew; what a template says belongs to the template at Meta";

/// Sends it with other words instead, as a new message; the old one is discarded. Both happen or neither does: the old words are
/// never left behind for somebody else to send. Asked twice, it is sent once. A file, the choices and what it answers stay.
///
/// # Errors
/// `Invalid` for what has no words of its own, and for a file that is not here any more; `Forbidden` without `operations.manage`,
/// or without `messages.retry` for its conversation; `Conflict` when it may have gone out; `NotFound` when it was retried or
/// discarded meanwhile; what [`conversations::reply`] refuses; what Meta says to a file that has to be handed in once more.
pub async fn retry_with_edit(ctx: &Ctx, id: Uuid, text: &str, how: Retry) -> Result<()> {
    ctx.demand(Permission::OperationsManage)?;
    let letter = list::find(ctx, id).await?.seen(ctx);
    if letter.editable.is_none() {
        return Err(Wrong::invalid("text", REFUSED).into());
    }
    if letter.may_arrive_twice() {
        knows(how)?;
    }
    let made = conversations::anew(ctx, MessageId(id), text).await?;
    let (mut tx, old) = send::locked(ctx, MessageId(id)).await?;
    // Once more: until the lock somebody else may have been faster.
    let letter = list::find_send(ctx, tx.conn(), id).await?.map(|record| Record::Send(record).seen(ctx));
    if letter.ok_or(Wrong::NotFound)?.may_arrive_twice() {
        knows(how)?;
    }
    let conversation = old.target.message.conversation_id;
    let (mut events, discarded) = send::withdraw(ctx, &mut tx, old).await?;
    let row = conversations::find(ctx, tx.conn(), conversation.into()).await?;
    let unread = row.unread > 0;
    let key = edited_key(id);
    let entry = Entry::new(Action::MessageSent)
        .change(Value::Null, json!({ "message": key, "kind": made.kind.as_str(), "instead_of": MessageId(id) }));
    let (message, row) = conversations::put_anew(ctx, &mut tx, &row, key, made, entry).await?;
    audit::record(&mut tx, ctx, discarded).await?;
    events.extend(row.map(|row| Event::Message { row, message, opened: false, unread }));
    let seq = live::record(&mut tx, ctx.ws(), &events, ctx.now()).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ctx.ws(), seq);
    send::queued(ctx.services());
    Ok(())
}

/// The key under which a message is sent with other words: always the same, so that two clicks send it once.
fn edited_key(message: Uuid) -> MessageId {
    let digest = Sha256::new().chain_update(b"written anew").chain_update(message.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

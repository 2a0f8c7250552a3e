use super::thread::find;
use crate::{Ctx, Result, sql};
use domain::{
    Error as Wrong,
    id::{ContactId, ConversationId, MessageId},
    permission::{Permission, Sight},
};
use uuid::Uuid;

const BY_CONTACT: &str = "SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = $2
    ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, last_message_at DESC, id DESC LIMIT 1";
const BY_PHONE: &str = "SELECT v.id FROM conversations v
    JOIN contacts c ON c.workspace_id = v.workspace_id AND c.id = v.contact_id
    WHERE v.workspace_id = $1 AND c.wa_id = $2
    ORDER BY CASE v.state WHEN 'open' THEN 0 ELSE 1 END, v.last_message_at DESC, v.id DESC LIMIT 1";

const OF_MESSAGE: &str = "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2";

/// The conversation of a message.
///
/// # Errors
/// `NotFound` when it is not there or not the member's to see; `Forbidden` without `conversations.view`.
pub async fn of_message(ctx: &Ctx, id: MessageId) -> Result<ConversationId> {
    ctx.demand(Permission::ConversationsView)?;
    let mut read = ctx.read().await?;
    let found = sql!(scalar_opt Uuid, read.conn(), OF_MESSAGE, ctx.ws(), id.0)?;
    let conversation = ConversationId(found.ok_or(Wrong::NotFound)?);
    find(ctx, read.conn(), conversation).await?;
    Ok(conversation)
}

/// A customer, as programs name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    Contact(ContactId),
    /// As [`domain::contact::phone`] makes them.
    Digits(String),
}

/// The conversation in which a message to a customer belongs: the open one in which anything was written last, else the last
/// one. Whether the member may see it is for whoever uses it to ask.
///
/// # Errors
/// `Forbidden`; without a conversation `WindowClosed` for those who see all of them, and `NotFound` for the others, who are not
/// told which customers exist.
pub async fn of_contact(ctx: &Ctx, to: &Addressee) -> Result<ConversationId> {
    ctx.demand(Permission::ConversationsView)?;
    let mut read = ctx.read().await?;
    let found: Option<Uuid> = match to {
        Addressee::Contact(contact) => sql!(scalar_opt Uuid, read.conn(), BY_CONTACT, ctx.ws(), contact.0)?,
        Addressee::Digits(digits) => sql!(scalar_opt Uuid, read.conn(), BY_PHONE, ctx.ws(), digits)?,
    };
    let all = ctx.sight(Permission::ConversationsView) == Sight::All;
    Ok(found.map(ConversationId).ok_or(if all { Wrong::WindowClosed } else { Wrong::NotFound })?)
}

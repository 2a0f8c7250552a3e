use super::{
    find,
    row::{MessageRecord, RowRecord},
    send_template::{EXISTING, Named, named, queue_new},
};
use crate::{
    Ctx, Error, Result, contacts,
    db::{Tx, dialect},
    send, sql, templates,
};
use domain::{
    Error as Wrong,
    contact::Contact,
    id::{ConversationId, MessageId, NumberId, TemplateId},
    inbox::{MessageView, Row},
    permission::{Permission, Sight},
    template::Values,
};
use uuid::Uuid;

use super::of_contact::Addressee;

const OPEN: &str =
    "SELECT id FROM conversations WHERE workspace_id = $1 AND number_id = $2 AND contact_id = $3 AND state = 'open'";
// The window is the customer's, not the conversation's: closing one does not close it.
const WINDOW: &str = "SELECT window_expires_at FROM conversations
    WHERE workspace_id = $1 AND number_id = $2 AND contact_id = $3 AND window_expires_at IS NOT NULL
    ORDER BY window_expires_at DESC LIMIT 1";
const INSERT: &str = "INSERT INTO conversations
    (workspace_id, id, number_id, contact_id, state, assignee_id, last_message_at, unread, window_expires_at, created_at)
    VALUES ($1, $2, $3, $4, 'open', $5, $6, 0, $7, $8)";

/// Whom to write to first, and from which number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    pub number: NumberId,
    pub to: Addressee,
    /// Of somebody whom no contact is kept of; otherwise their own name is taken once they write.
    pub name: Option<String>,
}

/// The template that it begins with.
#[derive(Clone, Copy, Debug)]
pub enum First<'a> {
    Chosen(TemplateId, &'a Values),
    Named(&'a Named),
}

/// Writes to a customer first: with a template, the only message that WhatsApp takes from us then. It goes into their open
/// conversation on this number, or opens one, which belongs to whoever the contact belongs to, else to the member. All of it
/// happens or nothing: a template that cannot be sent leaves no contact and no conversation behind. `key` is made by whoever
/// asks, and is the message's id: asking again with it changes nothing.
///
/// # Errors
/// As [`super::send_template`]; `Conflict` when the customer, or the open conversation, is a colleague's and not to be seen.
pub async fn start(ctx: &Ctx, begin: &Begin, key: MessageId, first: First<'_>) -> Result<(Row, MessageView)> {
    ctx.demand(Permission::MessagesSendTemplate)?;
    ctx.demand(Permission::ConversationsView)?;
    let mut tx = ctx.begin().await?;
    // Ingest, which may be making the same contact or conversation, waits outside.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? {
        return sent_before(ctx, tx, begin, existing).await;
    }
    let (template, values) = match first {
        First::Chosen(id, values) => {
            (templates::find(tx.conn(), ctx.ws(), id.0, begin.number.0).await?, values.clone())
        }
        First::Named(asked) => named(ctx, tx.conn(), begin.number.0, asked).await?,
    };
    let contact = contact(ctx, &mut tx, begin).await?;
    let (record, opened) = conversation(ctx, &mut tx, begin.number, &contact).await?;
    ctx.demand_on(Permission::MessagesSendTemplate, record.assignee())?;
    queue_new(ctx, tx, &record, key, (&template, &values), opened).await
}

async fn sent_before(ctx: &Ctx, mut tx: Tx, begin: &Begin, existing: MessageRecord) -> Result<(Row, MessageView)> {
    let record = find(ctx, tx.conn(), ConversationId(existing.conversation_id)).await?;
    let same = record.number_id == begin.number.0 && existing.kind == "template" && existing.direction == "out";
    if same { Ok((record.into(), existing.into())) } else { Err(send::taken()) }
}

async fn contact(ctx: &Ctx, tx: &mut Tx, begin: &Begin) -> Result<Contact> {
    match &begin.to {
        Addressee::Contact(id) => contacts::find(ctx, tx.conn(), *id).await,
        Addressee::Digits(digits) => match contacts::with_phone(ctx, tx.conn(), digits).await? {
            Some(contact) => Ok(contact),
            None => contacts::insert(ctx, tx, digits, begin.name.as_deref()).await,
        },
    }
}

/// The open one, locked, or a new one.
async fn conversation(ctx: &Ctx, tx: &mut Tx, number: NumberId, contact: &Contact) -> Result<(RowRecord, bool)> {
    let (ws, to) = (ctx.ws(), contact.id.0);
    let open: Option<Uuid> = sql!(scalar_opt Uuid, tx.conn(), OPEN, ws, number.0, to)?;
    if let Some(id) = open {
        if let Tx::Postgres(tx) = tx {
            dialect::postgres::lock_conversation(tx, ws, id).await?;
        }
        let record = find(ctx, tx.conn(), ConversationId(id)).await.map_err(|error| match error {
            Error::Domain(Wrong::NotFound) => Error::Conflict(
                "A colleague talks with this customer already. Ask them, or somebody who sees all conversations."
                    .to_owned(),
            ),
            other => other,
        })?;
        return Ok((record, false));
    }
    let window: Option<i64> = sql!(scalar_opt i64, tx.conn(), WINDOW, ws, number.0, to)?;
    let sees_all = ctx.sight(Permission::ConversationsView) == Sight::All;
    let answers = ctx.access().allows(Permission::MessagesSend);
    let assignee = contact.assignee.or((answers || !sees_all).then_some(ctx.me().id)).map(|member| member.0);
    let (id, now) = (crate::clock::new_id(), ctx.now());
    // The message is written after it.
    let before = now - 1;
    sql!(exec tx.conn(), INSERT, ws, id, number.0, to, assignee, before, window, now)?;
    Ok((find(ctx, tx.conn(), ConversationId(id)).await?, true))
}

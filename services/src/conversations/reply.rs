use super::{
    change,
    draft::{self, Draft},
    row::{MessageRecord, RowRecord},
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    consent,
    db::Tx,
    ingest::Quoted,
    limits::Want,
    media,
    send::{self, New},
    sql,
};
use domain::{
    Error as Wrong,
    audit::Action,
    content::{Content, Extras, Quote},
    id::{ConversationId, MediaId, MessageId},
    inbox::{Event, MessageView, Row},
    message::Kind,
    outgoing::{Checked, Outgoing},
    permission::Permission,
    time::Millis,
    window::{self, Window},
};
use serde_json::{Value, json};
use uuid::Uuid;

const QUOTED: &str = "SELECT number_id, wamid, id, direction, kind, body, payload FROM messages
    WHERE workspace_id = $1 AND id = $2 AND conversation_id = $3 AND wamid IS NOT NULL";
const EXISTING: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";

/// What goes out, as its writer put it.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub text: String,
    pub content: Outgoing,
    /// The message that it answers.
    pub quotes: Option<MessageId>,
}

impl Said {
    /// Words alone.
    pub fn text(text: &str) -> Self {
        Self { text: text.to_owned(), content: Outgoing::Text, quotes: None }
    }
}

/// Queues an agent's answer. `key` is made by whoever asks, and is the message's id: asking again with it changes nothing.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `ConversationClosed`, `WindowClosed`, `NoAddress`, `OptedOut`, `Forbidden`, `NotFound`;
/// `Conflict` when the key belongs to another message.
pub async fn reply(ctx: &Ctx, id: ConversationId, key: MessageId, text: &str) -> Result<MessageView> {
    queue(ctx, id, key, Said::text(text), (sent(key, "text"), None), false).await
}

/// The same for a member who knows that the customer opted out, and that they wrote again since: only then does it go out. It
/// is audited as what it is.
///
/// # Errors
/// As [`reply`].
pub async fn reply_despite_opt_out(ctx: &Ctx, id: ConversationId, key: MessageId, text: &str) -> Result<MessageView> {
    queue(ctx, id, key, Said::text(text), (sent(key, "text"), None), true).await
}

/// The same for anything that members send, and as an answer to one message: words, an upload, a place, contact cards, buttons
/// or a list. `confirms`: the member knows that the customer opted out.
///
/// # Errors
/// As [`reply`]; `Invalid` for what WhatsApp does not take, an upload that is not there any more, and a message that cannot be
/// answered.
pub async fn send(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    (text, content): (&str, Outgoing),
    quotes: Option<MessageId>,
    confirms: bool,
) -> Result<MessageView> {
    let what = match &content {
        Outgoing::Text => "text",
        Outgoing::File(_) => "file",
        Outgoing::Place(_) => "location",
        Outgoing::Contacts(_) => "contacts",
        Outgoing::Menu(_) => "interactive",
    };
    let said = Said { text: text.to_owned(), content, quotes };
    queue(ctx, id, key, said, (sent(key, what), None), confirms).await
}

fn sent(key: MessageId, kind: &str) -> Entry {
    Entry::new(Action::MessageSent).change(Value::Null, json!({ "message": key, "kind": kind }))
}

/// The same, audited as `why`. The text stands in the message itself. `confirms`: it may go out although the customer opted
/// out, if they wrote since.
pub(super) async fn queue(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    said: Said,
    why: (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<MessageView> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    let (message, row) = write(ctx, &mut tx, &record, key, said, why, confirms).await?;
    if let Some(row) = row {
        change::finish(
            ctx,
            tx,
            Event::Message { row, message: message.clone(), opened: false, unread: record.unread > 0 },
        )
        .await?;
        send::queued(&ctx.services);
    }
    Ok(message)
}

/// The same in a transaction that goes on and has locked the conversation. Returns its row as well, unless the message was there
/// already; the caller records [`Event::Message`] with it, commits, publishes, and calls [`send::queued`].
async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    record: &RowRecord,
    key: MessageId,
    said: Said,
    why: (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<(MessageView, Option<Row>)> {
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    let file = if let Outgoing::File(id) = said.content { Some(id) } else { None };
    let words = matches!(said.content, Outgoing::Text);
    let Checked { kind, text, content } = said.content.check(&said.text)?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? {
        return Ok((repeated(existing, record.id, kind, &text)?, None));
    }
    let mut made = Made { kind: kind.unwrap_or(Kind::Document), text, content, extras: Extras::default() };
    if let Some(id) = file {
        made.attach(ctx, tx, id, record).await?;
    }
    if let Some(quoted) = said.quotes {
        made.extras.quote = Some(quote(ctx, tx, record, quoted).await?);
    }
    let written = put(ctx, tx, record, key, made, why, confirms).await?;
    if let Some(id) = file
        && !media::give(tx.conn(), ctx.ws(), id, key.0).await?
    {
        return Err(gone());
    }
    if words {
        draft::sent(ctx, tx, record.id.into(), Draft::Reply, &written.0.text).await?;
    }
    Ok((written.0, Some(written.1)))
}

/// A message as it is queued.
pub(crate) struct Made {
    pub kind: Kind,
    pub text: String,
    pub content: Content,
    pub extras: Extras,
}

impl Made {
    /// The upload that it sends.
    async fn attach(&mut self, ctx: &Ctx, tx: &mut Tx, id: MediaId, record: &RowRecord) -> Result<()> {
        let whose = (ctx.me().id.0, record.id);
        let found = media::unsent(tx.conn(), ctx.ws(), id, whose, ctx.now()).await?.ok_or_else(gone)?;
        (self.kind, self.content) = found.as_content().ok_or_else(gone)?;
        self.extras.media = Some(found.brief());
        // WhatsApp shows words below some kinds alone.
        if !self.text.is_empty() && matches!(self.kind, Kind::Audio | Kind::Sticker) {
            return Err(Wrong::invalid("caption", "WhatsApp shows no words below a recording or a sticker").into());
        }
        Ok(())
    }
}

pub(super) fn gone() -> crate::Error {
    Wrong::invalid("file", "it is not here any more, or was sent already; choose it again").into()
}

/// What a message answers: one of the same conversation that Meta knows.
async fn quote(ctx: &Ctx, tx: &mut Tx, record: &RowRecord, quoted: MessageId) -> Result<Quote> {
    let found: Option<Quoted> = sql!(opt Quoted, tx.conn(), QUOTED, ctx.ws(), quoted.0, record.id)?;
    let wrong =
        || Wrong::invalid("answer", "this message cannot be answered: WhatsApp does not know it yet, or it is gone");
    Ok(found.ok_or_else(wrong)?.into())
}

/// Queues what is made, checks included.
pub(super) async fn put(
    ctx: &Ctx,
    tx: &mut Tx,
    record: &RowRecord,
    key: MessageId,
    made: Made,
    (entry, instead_of): (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<(MessageView, Row)> {
    let now = ctx.now();
    allowed(record, now)?;
    let despite_opt_out = consent::answer(tx, ctx.ws(), record.contact_id, record.window_expires_at, confirms).await?;
    let new = New {
        key,
        conversation: record,
        author: Some(ctx.me().id.0),
        kind: made.kind,
        body: &made.text,
        content: made.content,
        extras: made.extras,
        bulk: false,
        marketing: false,
        despite_opt_out,
        want: Want::of(ctx),
    };
    if let Some(old) = instead_of {
        super::send_again::leave(ctx, tx, old).await?;
    }
    let written = send::enqueue(&ctx.services, tx, ctx.ws(), now, new).await?;
    audit::record(tx, ctx, entry.on("conversation", record.id)).await?;
    if despite_opt_out {
        let aside = Entry::new(Action::ConsentSetAside).on("contact", record.contact_id);
        audit::record(tx, ctx, aside.change(Value::Null, json!({ "message": key }))).await?;
    }
    Ok(written)
}

/// Whether a free-form message may go out now.
fn allowed(record: &RowRecord, now: Millis) -> Result<(), Wrong> {
    if record.state != "open" {
        return Err(Wrong::ConversationClosed);
    }
    if window::at(record.window_expires_at, now) == Window::Closed {
        return Err(Wrong::WindowClosed);
    }
    if record.wa_id.is_none() && record.meta_user_id.is_none() {
        return Err(Wrong::NoAddress);
    }
    Ok(())
}

pub(super) fn repeated(
    existing: MessageRecord,
    conversation: Uuid,
    kind: Option<Kind>,
    text: &str,
) -> Result<MessageView> {
    let same = kind.is_none_or(|kind| kind.as_str() == existing.kind);
    if same && existing.conversation_id == conversation && existing.body == text {
        Ok(existing.into())
    } else {
        Err(send::taken())
    }
}

/// The key under which a message is sent again: always the same, so that two clicks send it once.
pub(super) fn again_key(message: Uuid) -> MessageId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(b"send again").chain_update(message.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

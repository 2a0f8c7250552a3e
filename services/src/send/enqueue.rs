use crate::{
    Result, Services,
    conversations::{
        PREVIEW_LIMIT,
        row::{RowRecord, shown},
    },
    db::Tx,
    limits::{self, Ask, Want},
    sql,
};
use domain::{
    contact::is_group,
    content::{Content, Extras},
    id::MessageId,
    inbox::{MessageView, Preview, Row},
    message::{Direction, Kind, Origin, Status, Times},
    text::preview,
    time::{DAY, Millis},
    window::{self, Window},
};
use uuid::Uuid;

const INSERT: &str = "INSERT INTO messages
    (workspace_id, id, conversation_id, number_id, direction, kind, body, payload, status, status_rank, author_id, at, extras,
    quoted_wamid) VALUES ($1, $2, $3, $4, 'out', $5, $6, $7, 'queued', $8, $9, $10, $11, $12)";
const ENQUEUE: &str = "INSERT INTO outbox
    (workspace_id, message_id, number_id, conversation_id, contact_id, queued_at, due_at, lease_until, bulk, marketing,
    despite_opt_out, counted_day) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)";
const TOUCH: &str = "UPDATE conversations SET last_message_at = $3, unread = 0, preview_message_id = $4,
    preview_direction = 'out', preview_kind = $5, preview_status = 'queued', preview_text = $6
    WHERE workspace_id = $1 AND id = $2";
/// An answer does not wait for the campaign that its conversation's earlier messages belong to.
const FIRST: &str = "UPDATE outbox SET bulk = FALSE WHERE workspace_id = $1 AND conversation_id = $2 AND bulk";

/// An outbound message before it is queued. Whoever makes one has checked that it may be sent.
pub(crate) struct New<'a> {
    /// Made by whoever asks: the message's id.
    pub key: MessageId,
    /// Locked by the caller's transaction.
    pub conversation: &'a RowRecord,
    /// The member who wrote it.
    pub author: Option<Uuid>,
    pub kind: Kind,
    /// The words that people read.
    pub body: &'a str,
    /// What it holds besides.
    pub content: Content,
    /// What it answers, and where its file is.
    pub extras: Extras,
    /// Goes out behind answers of people.
    pub bulk: bool,
    pub marketing: bool,
    /// Goes out although the contact opted out.
    pub despite_opt_out: bool,
    /// What is wanted when a limit is used up.
    pub want: Want,
}

/// Writes a queued message and its place in the outbox: the only way into it. Returns both as screens show them; the caller
/// records [`domain::inbox::Event::Message`] (of a reaction what becomes of its message), commits, publishes, and calls [`queued`].
///
/// # Errors
/// `OptedOut`; `Invalid` for a group; `Limited` when a limit is used up; `Conflict` when the key belongs to another message.
pub(crate) async fn enqueue(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    now: Millis,
    new: New<'_>,
) -> Result<(MessageView, Row)> {
    let record = new.conversation;
    if is_group(record.meta_user_id.as_deref()) {
        let why = "this is a WhatsApp group, which is only read here; write to it on the phone";
        return Err(domain::Error::invalid("conversation", why).into());
    }
    crate::consent::demand(tx, workspace, record.contact_id, new.marketing, new.despite_opt_out).await?;
    // Meta's clock may be ahead of ours, and two answers may fall into one millisecond: each stands, and leaves, after what
    // was there before.
    let at = now.max(record.last_message_at + 1);
    let kind = new.kind;
    let (payload, extras) = (new.content.stored(), new.extras.stored());
    let quoted = new.extras.quote.as_ref().map(|quote| quote.wamid.as_str());
    let (rank, key) = (Status::Queued.rank(), new.key.0);
    sql!(exec tx.conn(), INSERT, workspace, key, record.id, record.number_id, kind.as_str(), new.body, payload.as_deref(),
        rank, new.author, at, extras.as_deref(), quoted)
    .map_err(|e| match e.as_database_error() {
        Some(db) if db.is_unique_violation() => taken(),
        _ => e.into(),
    })?;
    if !new.bulk {
        sql!(exec tx.conn(), FIRST, workspace, record.id)?;
    }
    let due_at = limits::admit(services, tx, ask(workspace, now, &new), now).await?;
    sql!(exec tx.conn(), ENQUEUE, workspace, key, record.number_id, record.id, record.contact_id, at, due_at, new.bulk,
        new.marketing, new.despite_opt_out, due_at.div_euclid(DAY))?;
    let short = preview(&new.content.preview(kind, new.body), PREVIEW_LIMIT);
    let (content, template) = shown(new.content);
    // A reaction is nothing that is read, and ends no waiting.
    let stands = kind != Kind::Reaction;
    if stands {
        sql!(exec tx.conn(), TOUCH, workspace, record.id, at, key, kind.as_str(), &short)?;
    }
    let message = MessageView {
        id: new.key,
        direction: Direction::Out,
        kind,
        text: new.body.to_owned(),
        at,
        status: Status::Queued,
        times: Times::default(),
        error: None,
        author: new.author.map(Into::into),
        tries: 0,
        next_try: None,
        overtaken: false,
        template,
        content,
        extras: new.extras,
        origin: Origin::Api,
    };
    let mut row = Row::from(record.clone());
    if !stands {
        return Ok((message, row));
    }
    row.last_message_at = at;
    row.unread = 0;
    row.preview = Some(Preview { direction: Direction::Out, kind, status: Status::Queued, text: short });
    Ok((message, row))
}

/// One message, as the limits see it.
fn ask(workspace: Uuid, now: Millis, new: &New<'_>) -> Ask {
    let record = new.conversation;
    let outside = window::at(record.window_expires_at, now) == Window::Closed;
    let Want { when, program } = new.want;
    Ask { workspace, number: record.number_id, many: 1, when, program, outside: outside.then_some(record.contact_id) }
}

/// After the commit: wakes whoever sends, in this process and in others.
pub(crate) fn queued(services: &Services) {
    services.wakes().wake_outbox();
    services.bus().queued();
}

/// The key belongs to another message.
pub(crate) fn taken() -> crate::Error {
    crate::Error::Conflict("This key was used for another message. Send again with a new one.".to_owned())
}

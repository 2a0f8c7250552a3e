use super::{
    change,
    row::{MessageRecord, RowRecord},
};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::{Conn, Tx},
    limits::Want,
    send::{self, New},
    sql, templates,
};
use domain::{
    Error as Wrong,
    audit::Action,
    content::{Content, Extras},
    id::{ConversationId, MessageId, TemplateId},
    inbox::{Event, Eyes, MessageView, Row},
    message::{self, Kind},
    permission::Permission,
    template::{self, Category, Template, Values},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) const EXISTING: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";

/// A template as programs name it: as Meta does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    /// Meta's code.
    pub language: String,
    pub filled: Filled,
}

/// What fills a template's variables in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// By [`template::Slot::key`].
    Values(Values),
    /// As Meta takes them in a message.
    Components(Vec<Value>),
}

/// Queues a template with its values. It may go out after the customer-service window has closed, to nobody who opted out.
/// `key` is made by whoever asks, and is the message's id: asking again with it changes nothing.
///
/// # Errors
/// `Forbidden` without `messages.send_template` for this conversation; `NotFound` for a conversation;
/// `ConversationClosed`, `NoAddress`, `OptedOut`, `Limited`; `Invalid` names the variable that is not as it has to be, or says
/// why the template cannot be sent or that the number has none such; `Conflict` when the key belongs to another message.
pub async fn send_template(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    template: TemplateId,
    values: &Values,
) -> Result<MessageView> {
    let (mut tx, record) = match lock(ctx, id, key).await? {
        Locked::There(message) => return Ok(*message),
        Locked::New(tx, record) => (tx, record),
    };
    let template = templates::find(tx.conn(), ctx.ws(), template.0, record.number_id).await?;
    fresh(ctx, tx, &record, key, &template, values).await
}

/// The same for a template that is named by its name and language.
///
/// # Errors
/// As [`send_template`].
pub async fn send_named(ctx: &Ctx, id: ConversationId, key: MessageId, asked: &Named) -> Result<MessageView> {
    let (mut tx, record) = match lock(ctx, id, key).await? {
        Locked::There(message) => return Ok(*message),
        Locked::New(tx, record) => (tx, record),
    };
    let (template, values) = named(ctx, tx.conn(), record.number_id, asked).await?;
    fresh(ctx, tx, &record, key, &template, &values).await
}

/// The template that is meant, and what fills it in.
pub(super) async fn named(ctx: &Ctx, conn: Conn<'_>, number: Uuid, asked: &Named) -> Result<(Template, Values)> {
    let Named { name, language, filled } = asked;
    let found = templates::by_name(conn, ctx.ws(), number, name, language).await;
    let template = found.map_err(|error| match error {
        Error::Domain(Wrong::Invalid { .. }) => {
            Wrong::invalid("template", format!("this number has no template {name:?} in {language:?}")).into()
        }
        other => other,
    })?;
    let values = match filled {
        Filled::Values(values) => values.clone(),
        Filled::Components(components) => template::given(&template.content, components)?,
    };
    Ok((template, values))
}

/// The conversation, locked for a message with this key.
enum Locked {
    /// It was sent before.
    There(Box<MessageView>),
    New(Tx, Box<RowRecord>),
}

async fn lock(ctx: &Ctx, id: ConversationId, key: MessageId) -> Result<Locked> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesSendTemplate, record.assignee())?;
    let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? else {
        return Ok(Locked::New(tx, Box::new(record)));
    };
    let same = existing.conversation_id == id.0 && existing.kind == "template" && existing.direction == "out";
    if same { Ok(Locked::There(Box::new(existing.into()))) } else { Err(send::taken()) }
}

async fn fresh(
    ctx: &Ctx,
    tx: Tx,
    record: &RowRecord,
    key: MessageId,
    template: &Template,
    values: &Values,
) -> Result<MessageView> {
    queue_new(ctx, tx, record, key, (template, values), false).await.map(|(_, message)| message)
}

/// Queues a template that was not sent before, in a conversation that may have been `opened` for it.
pub(super) async fn queue_new(
    ctx: &Ctx,
    tx: Tx,
    record: &RowRecord,
    key: MessageId,
    (template, values): (&Template, &Values),
    opened: bool,
) -> Result<(Row, MessageView)> {
    allowed(record, template)?;
    template::check(&template.content, values)?;
    let made = message::Template {
        name: template.name.clone(),
        language: template.language.clone(),
        category: template.category.as_str().to_owned(),
        components: template::components(&template.content, values),
    };
    let what = json!({ "message": key, "template": template.name, "language": template.language });
    let entry = Entry::new(Action::MessageTemplateSent).change(Value::Null, what);
    queue(ctx, tx, record, key, (&template::text(&template.content, values), &made), opened, entry).await
}

/// The same template with the same values once more, audited as `entry`.
pub(super) async fn again(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    (body, made): (&str, &message::Template),
    old: Uuid,
    entry: Entry,
) -> Result<MessageView> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesSendTemplate, record.assignee())?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? {
        return Ok(existing.into());
    }
    let template = templates::by_name(tx.conn(), ctx.ws(), record.number_id, &made.name, &made.language).await?;
    allowed(&record, &template)?;
    super::send_again::leave(ctx, &mut tx, old).await?;
    // Meta may have moved it to another category since.
    let made = message::Template { category: template.category.as_str().to_owned(), ..made.clone() };
    queue(ctx, tx, &record, key, (body, &made), false, entry).await.map(|(_, message)| message)
}

async fn queue(
    ctx: &Ctx,
    mut tx: Tx,
    record: &RowRecord,
    key: MessageId,
    (body, made): (&str, &message::Template),
    opened: bool,
    entry: Entry,
) -> Result<(Row, MessageView)> {
    let new = New {
        key,
        conversation: record,
        author: Some(ctx.me().id.0),
        kind: Kind::Template,
        body,
        content: Content::Template(made.clone()),
        extras: Extras::default(),
        bulk: false,
        marketing: Category::parse(&made.category).is_marketing(),
        despite_opt_out: false,
        want: Want::of(ctx),
    };
    let (message, row) = send::enqueue(&ctx.services, &mut tx, ctx.ws(), ctx.now(), new).await?;
    audit::record(&mut tx, ctx, entry.on("conversation", record.id)).await?;
    let seen = Eyes::of(ctx.access(), ctx.me().id).veil(row.clone());
    change::finish(ctx, tx, Event::Message { row, message: message.clone(), opened, unread: record.unread > 0 })
        .await?;
    send::queued(&ctx.services);
    Ok((seen, message))
}

fn allowed(record: &RowRecord, template: &Template) -> Result<(), Wrong> {
    if record.state != "open" {
        return Err(Wrong::ConversationClosed);
    }
    if record.wa_id.is_none() && record.meta_user_id.is_none() {
        return Err(Wrong::NoAddress);
    }
    if let Some(why) = template.why_not() {
        return Err(Wrong::invalid(template.name.clone(), why));
    }
    // Meta refuses it with 131062.
    if template.category == Category::Authentication && record.wa_id.is_none() {
        return Err(Wrong::invalid(template.name.clone(), "codes go to phone numbers only, and none is known"));
    }
    Ok(())
}

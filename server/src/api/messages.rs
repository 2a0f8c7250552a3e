//! Messages of a conversation.

use std::time::Duration;

use axum::{
    Extension, Json,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    id::{ContactId, ConversationId, MessageId},
    inbox::{MessageView, Page},
    message::{Direction, Kind, Status},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use services::{
    Ctx,
    clock::new_id,
    conversations::{self, Addressee},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    caller::Caller,
    limits,
    once::KeyId,
    page::{self, List, Slice},
    problem::{self, Problem},
    read::{Body, Id, Query},
};

/// In cursors.
const LIST: &str = "message";

/// One message, in or out.
#[derive(Serialize, ToSchema)]
pub struct Message {
    id: Uuid,
    direction: MessageDirection,
    kind: MessageKind,
    /// The text; for an unsupported message Meta's name of its kind.
    text: String,
    /// Meta's time of a customer's message, ours of an answer. Unix time in milliseconds.
    at: i64,
    status: MessageStatus,
    /// When WhatsApp took it.
    accepted_at: Option<i64>,
    sent_at: Option<i64>,
    delivered_at: Option<i64>,
    read_at: Option<i64>,
    failed_at: Option<i64>,
    /// Why it failed and what to do about it.
    error: Option<String>,
    /// The member who wrote it.
    author: Option<Uuid>,
}

impl From<MessageView> for Message {
    fn from(message: MessageView) -> Self {
        let MessageView { id, direction, kind, text, at, status, times, error, author, .. } = message;
        Self {
            id: id.0,
            direction: direction.into(),
            kind: kind.into(),
            text,
            at,
            status: status.into(),
            accepted_at: times.accepted,
            sent_at: times.sent,
            delivered_at: times.delivered,
            read_at: times.read,
            failed_at: times.failed,
            error,
            author: author.map(|member| member.0),
        }
    }
}

/// Declares an enum of the description that mirrors one of the domain.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident of $domain:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($variant,)+
        }

        impl From<$domain> for $name {
            fn from(one: $domain) -> Self {
                match one {
                    $($domain::$variant => Self::$variant,)+
                }
            }
        }
    };
}

mirrored! {
    /// `in` from the customer, `out` from the business.
    MessageDirection of Direction { In, Out }
}
mirrored! {
    MessageKind of Kind { Text, Template, Unsupported }
}
mirrored! {
    /// How far it has come. `unconfirmed`: WhatsApp's answer was lost, it may or may not have gone out.
    MessageStatus of Status {
        Received, Queued, Sending, Accepted, Sent, Delivered, Read, Unconfirmed, RetryQueued, Failed, Cancelled, Dead,
    }
}

/// A text to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    #[schema(min_length = 1, max_length = 4096)]
    text: String,
    /// The sender knows that the contact opted out. It goes out if they wrote again since; audited.
    #[serde(default, rename = "confirmOptOut")]
    confirm_opt_out: bool,
}

/// A message to somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Outgoing {
    /// A phone number with its country code, or the id of a contact: it goes into their conversation.
    to: Option<String>,
    /// Instead of `to`.
    conversation_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 4096)]
    text: String,
    /// What to do beyond a limit: `refuse` (429), or `wait` until there is room, at most until one of the next days.
    #[serde(default)]
    #[schema(inline, default = "refuse")]
    when_limited: WhenLimited,
    /// The sender knows that the contact opted out. It goes out if they wrote again since; audited.
    #[serde(default)]
    confirm_opt_out: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhenLimited {
    #[default]
    Refuse,
    Wait,
}

/// A message that Meta did not take yet and that is tried again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delayed {
    /// Of the message.
    id: Uuid,
    #[schema(inline)]
    status: MessageStatus,
    /// Unix time in milliseconds.
    next_attempt_at: Option<i64>,
    /// What came of the last try.
    error: Option<String>,
}

/// How long an answer waits to say what became of the message.
const PATIENCE: Duration = Duration::from_secs(2);

/// Messages of a conversation
///
/// The newest first. Needs `messages.view`.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/messages", tag = "Messages", operation_id = "listMessages",
    params(("id" = Uuid, Path, description = "Of the conversation"), Slice),
    responses((status = 200, description = "A page of messages", body = List<Message>)),
)]
pub async fn list(Caller(ctx): Caller, Id(id): Id, Query(slice): Query<Slice>) -> Result<Json<List<Message>>, Problem> {
    let (limit, before) = (slice.limit()?, slice.before::<MessageId>(LIST)?);
    let before = before.unwrap_or((Millis::MAX, MessageId(Uuid::max())));
    let Page { mut items, more } = conversations::older(&ctx, ConversationId(id), before).await?;
    items.reverse();
    let place = |message: &MessageView| format!("{}.{}", message.at, message.id);
    Ok(Json(page::list(LIST, Page { items, more }, limit, place, Message::from)))
}

/// Send a text
///
/// It is queued; its status says how far it has come. Needs `messages.send`, and a customer-service window that is open. With an
/// `Idempotency-Key` it is sent once, whatever happens on the way.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/messages", tag = "Messages", operation_id = "sendMessage",
    params(("id" = Uuid, Path, description = "Of the conversation")), request_body = NewMessage,
    responses((status = 202, description = "The message, queued", body = Message)),
)]
pub async fn send(
    Caller(ctx): Caller,
    Id(id): Id,
    key: Option<Extension<KeyId>>,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    let message = MessageId(key.map_or_else(new_id, |Extension(KeyId(id))| id));
    let id = ConversationId(id);
    let sent = if new.confirm_opt_out {
        conversations::reply_despite_opt_out(&ctx, id, message, &new.text).await?
    } else {
        conversations::reply(&ctx, id, message, &new.text).await?
    };
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

/// Send a text to a customer
///
/// Waits up to two seconds for what becomes of it: 201 when WhatsApp took it, 202 when it is still on its way or is tried again
/// later. With `Prefer: respond-async` it is answered at once. Needs `messages.send`, and a customer-service window that is
/// open.
#[utoipa::path(
    post, path = "/api/v1/messages", tag = "Messages", operation_id = "sendMessageTo",
    params(("Prefer" = Option<String>, Header, description = "`respond-async`: do not wait")), request_body = Outgoing,
    responses(
        (status = 201, description = "WhatsApp took it", body = Message),
        (status = 202, description = "It is queued, or is tried again later", body = inline(Queued)),
    ),
)]
pub async fn send_to(
    Caller(ctx): Caller,
    key: Option<Extension<KeyId>>,
    headers: HeaderMap,
    Body(new): Body<Outgoing>,
) -> Response {
    let ctx = if new.when_limited == WhenLimited::Wait { ctx.waiting() } else { ctx };
    let key = MessageId(key.map_or_else(new_id, |Extension(KeyId(id))| id));
    let at_once = prefers_async(&headers);
    let id = match addressed(&ctx, &new).await {
        Ok(id) => id,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match deliver(&ctx, id, key, &new, at_once).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    if at_once {
        response.headers_mut().insert("preference-applied", HeaderValue::from_static("respond-async"));
    }
    limits::tell(&ctx, id, response.headers_mut()).await;
    response
}

/// What stands in a 202.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Queued {
    Message(Message),
    Delayed(Delayed),
}

async fn deliver(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    new: &Outgoing,
    at_once: bool,
) -> Result<Response, Problem> {
    let mut message = if new.confirm_opt_out {
        conversations::reply_despite_opt_out(ctx, id, key, &new.text).await?
    } else {
        conversations::reply(ctx, id, key, &new.text).await?
    };
    if !at_once {
        message = conversations::outcome(ctx, key, PATIENCE).await?;
    }
    Ok(match message.status {
        Status::Accepted | Status::Sent | Status::Delivered | Status::Read => {
            (StatusCode::CREATED, Json(Message::from(message))).into_response()
        }
        Status::RetryQueued => {
            let MessageView { id, status, next_try, error, .. } = message;
            let delayed = Delayed { id: id.0, status: status.into(), next_attempt_at: next_try, error };
            (StatusCode::ACCEPTED, Json(Queued::Delayed(delayed))).into_response()
        }
        Status::Failed | Status::Cancelled | Status::Dead => {
            let why = message.error.unwrap_or_else(|| "WhatsApp gave no reason.".to_owned());
            return Err(Problem::new(problem::NOT_SENT, why));
        }
        Status::Received | Status::Queued | Status::Sending | Status::Unconfirmed => {
            (StatusCode::ACCEPTED, Json(Queued::Message(message.into()))).into_response()
        }
    })
}

/// The conversation that is meant.
async fn addressed(ctx: &Ctx, new: &Outgoing) -> Result<ConversationId, Problem> {
    let to = match (&new.to, new.conversation_id) {
        (None, Some(id)) => return Ok(ConversationId(id)),
        (Some(to), None) => to,
        _ => return Err(domain::Error::invalid("to", "say either to or conversationId").into()),
    };
    let addressee = match to.parse::<Uuid>() {
        Ok(id) => Addressee::Contact(ContactId(id)),
        Err(_) => Addressee::Digits(domain::contact::phone(to)?),
    };
    Ok(conversations::of_contact(ctx, &addressee).await?)
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    let all = headers.get_all("prefer").iter().filter_map(|line| line.to_str().ok());
    let mut wishes = all.flat_map(|line| line.split(','));
    wishes.any(|wish| wish.split(';').next().is_some_and(|wish| wish.trim().eq_ignore_ascii_case("respond-async")))
}

/// Send a message again
///
/// One that did not arrive, or may not have, goes out once more as a new message. Needs `messages.retry` and `messages.send`.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/retry", tag = "Messages", operation_id = "retryMessage",
    params(("id" = Uuid, Path, description = "Of the message")),
    responses((status = 202, description = "The new message", body = Message)),
)]
pub async fn retry(Caller(ctx): Caller, Id(id): Id) -> Result<(StatusCode, Json<Message>), Problem> {
    let sent = conversations::send_again(&ctx, MessageId(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}

//! Messages of a conversation.

pub mod addressee;
pub mod bodies;
pub mod content;
pub mod outgoing;

use axum::{
    Extension, Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    content::{Extras, MediaState},
    id::{ConversationId, MessageId},
    inbox::{MessageView, Page},
    message::{Direction, Kind, Origin, Status},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use services::{clock::new_id, conversations};
use utoipa::ToSchema;
use uuid::Uuid;

use content::{MessageContent, MessageForwarded, MessageProduct, MessageQuote, MessageReaction, MessageReferral};

use super::{
    caller::Caller,
    limits::{self, About, WhenLimited},
    once::KeyId,
    page::{self, List, Slice},
    problem::Problem,
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
    /// The words in it: the text, what stands below a picture, what is written on the button that was tapped. For an
    /// unsupported message Meta's name of its kind. Empty once the message is revoked.
    text: String,
    /// What it holds besides its words; `null` where there is nothing, and once it is revoked.
    content: Option<MessageContent>,
    /// What it answers.
    quote: Option<MessageQuote>,
    reactions: Vec<MessageReaction>,
    /// Where it was passed on.
    #[schema(inline)]
    forwarded: Option<MessageForwarded>,
    referral: Option<MessageReferral>,
    product: Option<MessageProduct>,
    /// Of a message in a group: who wrote it, as they call themselves.
    sender: Option<String>,
    /// When its writer last changed it; the words are the new ones. Unix time in milliseconds.
    edited_at: Option<i64>,
    /// When its writer took it back. Unix time in milliseconds.
    revoked_at: Option<i64>,
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
    origin: MessageOrigin,
}

impl From<MessageView> for Message {
    fn from(message: MessageView) -> Self {
        let MessageView { id, direction, kind, text, at, status, times, error, author, origin, .. } = message;
        let (extras, content, template) = (message.extras, message.content, message.template);
        // As on our pages: of what was taken back it is only said that it was.
        let revoked = extras.revoked_at.is_some();
        let content = if revoked { None } else { MessageContent::of(content, template, &extras) };
        let Extras { quote, reactions, forwarded, referral, product, author: sender, edited_at, revoked_at, .. } =
            extras;
        Self {
            id: id.0,
            direction: direction.into(),
            kind: kind.into(),
            text: if revoked { String::new() } else { text },
            content,
            quote: quote.map(Into::into),
            reactions: reactions.into_iter().map(Into::into).collect(),
            forwarded: forwarded.map(Into::into),
            referral: referral.map(Into::into),
            product: product.map(Into::into),
            sender,
            edited_at,
            revoked_at,
            at,
            status: status.into(),
            accepted_at: times.accepted,
            sent_at: times.sent,
            delivered_at: times.delivered,
            read_at: times.read,
            failed_at: times.failed,
            error,
            author: author.map(|member| member.0),
            origin: origin.into(),
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
    /// `unsupported`: kept as it came, and named by its text.
    MessageKind of Kind {
        Text, Image, Audio, Video, Document, Sticker, Reaction, Location, Contacts, Button, Interactive, Order, System,
        Template, Unsupported,
    }
}
mirrored! {
    /// `phone`: written in the WhatsApp Business app; `history`: from before the number was connected.
    MessageOrigin of Origin { Api, Phone, History }
}
mirrored! {
    /// `wanted`: on its way from Meta; `receiving`: an upload of ours; `kept`: here. Meta keeps a file for 7 days, then
    /// it is `gone`; `refused`: not what it says it is, or too large; `failed`: every try was used up.
    MessageFileState of MediaState { Wanted, Receiving, Kept, Gone, Refused, Failed }
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
    /// What to do beyond a limit: `refuse` (429), or `wait` until there is room: it goes in the first minute or day that has some.
    #[serde(default, rename = "whenLimited")]
    #[schema(inline, default = "refuse")]
    when_limited: WhenLimited,
}

/// Messages of a conversation
///
/// The newest first, each with what it holds. Files are read at their `url`. Needs `messages.view`.
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
) -> Response {
    let ctx = new.when_limited.of(ctx);
    let message = MessageId(key.map_or_else(new_id, |Extension(KeyId(id))| id));
    let id = ConversationId(id);
    let sent = if new.confirm_opt_out {
        conversations::reply_despite_opt_out(&ctx, id, message, &new.text).await
    } else {
        conversations::reply(&ctx, id, message, &new.text).await
    };
    limits::told(&ctx, About::Conversation(id), queued(sent)).await
}

/// Send a message again
///
/// One that did not arrive, or may not have, goes out once more as a new message: beyond a limit in the first minute or day that
/// has room. Needs `messages.retry` and `messages.send`.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/retry", tag = "Messages", operation_id = "retryMessage",
    params(("id" = Uuid, Path, description = "Of the message")),
    responses((status = 202, description = "The new message", body = Message)),
)]
pub async fn retry(Caller(ctx): Caller, Id(id): Id) -> Response {
    let ctx = WhenLimited::Wait.of(ctx);
    let id = MessageId(id);
    let sent = conversations::send_again(&ctx, id).await;
    limits::told(&ctx, About::Message(id), queued(sent)).await
}

fn queued(sent: services::Result<MessageView>) -> Result<Response, Problem> {
    Ok((StatusCode::ACCEPTED, Json(Message::from(sent?))).into_response())
}

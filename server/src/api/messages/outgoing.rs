//! `POST /api/v1/messages`: anything to a customer.

use std::time::Duration;

use axum::{
    Extension, Json,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    Error as Wrong,
    id::{ConversationId, MediaId, MessageId, NumberId},
    inbox::MessageView,
    message::Status,
    outgoing::Outgoing as Content,
    template::Values,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use services::{
    Ctx,
    clock::new_id,
    conversations::{self, Begin, Filled, First, Named},
    media,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    super::{
        caller::Caller,
        limits::{self, WhenLimited},
        once::KeyId,
        problem::{self, Problem},
        read::Body,
    },
    Message, MessageStatus,
    addressee::{begin, conversation_of},
    bodies::{OutgoingContact, OutgoingContext, OutgoingFile, OutgoingInteractive, OutgoingLocation, OutgoingReaction},
};

/// A message to somebody: a text, or what `type` names. What it holds stands in the field of the same name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Outgoing {
    /// A phone number with its country code, or the id of a contact: it goes into their conversation. A template may go to
    /// somebody who has none: then it opens one, and a contact is kept of a number that is new.
    to: Option<String>,
    /// Instead of `to`.
    conversation_id: Option<Uuid>,
    /// Of a template to `to`: the id of the number that it goes from. May be left out where they have a conversation, and
    /// where the workspace has one number.
    from: Option<Uuid>,
    #[serde(default, rename = "type")]
    #[schema(inline, default = "text")]
    kind: OutgoingType,
    /// Of a text.
    #[schema(min_length = 1, max_length = 4096)]
    text: Option<String>,
    template: Option<OutgoingTemplate>,
    image: Option<OutgoingFile>,
    video: Option<OutgoingFile>,
    audio: Option<OutgoingFile>,
    document: Option<OutgoingFile>,
    sticker: Option<OutgoingFile>,
    location: Option<OutgoingLocation>,
    contacts: Option<Vec<OutgoingContact>>,
    interactive: Option<OutgoingInteractive>,
    /// It goes to the conversation of its message: leave out `to` and `conversationId`.
    reaction: Option<OutgoingReaction>,
    /// The message that it answers; not of a template or a reaction.
    context: Option<OutgoingContext>,
    /// What to do beyond a limit: `refuse` (429), or `wait` until there is room: it is queued (202) and goes at the number's
    /// pace, in the first minute or day that has room. Beyond the portfolio's limit of customers it is refused (429, `portfolio`)
    /// whatever is asked for: its places become free one by one over 24 hours, and none can be promised.
    #[serde(default)]
    #[schema(inline, default = "refuse")]
    when_limited: WhenLimited,
    /// The sender knows that the contact opted out. It goes out if they wrote again since; audited. Of a template it changes
    /// nothing.
    #[serde(default)]
    confirm_opt_out: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutgoingType {
    #[default]
    Text,
    Template,
    Image,
    Video,
    Audio,
    Document,
    Sticker,
    Location,
    Contacts,
    Interactive,
    Reaction,
}

impl OutgoingType {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Template => "template",
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
            Self::Location => "location",
            Self::Contacts => "contacts",
            Self::Interactive => "interactive",
            Self::Reaction => "reaction",
        }
    }
}

/// A template by the name and language that it has at Meta, see `GET /api/v1/templates`, and what fills it in: either of the
/// two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutgoingTemplate {
    #[schema(example = "order_update")]
    name: String,
    #[schema(inline)]
    language: TemplateLanguage,
    /// As Meta takes them in a message. Files go by `link`; buttons take what stands at the end of their address, or a code.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"type": "body", "parameters": [{"type": "text", "text": "Asha"}]}]))]
    components: Option<Vec<Value>>,
    /// By the keys of the template's `variables`.
    #[schema(value_type = Option<std::collections::HashMap<String, String>>, example = json!({"body.1": "Asha"}))]
    parameters: Option<Values>,
}

/// Meta's code of the language, such as `en_US`, by itself or as Meta takes it.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum TemplateLanguage {
    Code(String),
    Meta { code: String },
}

/// What is sent, once it is clear that nothing is missing.
enum What {
    Said {
        conversation: ConversationId,
        text: String,
        content: Content,
        quotes: Option<MessageId>,
    },
    Reaction {
        conversation: ConversationId,
        to: MessageId,
        emoji: String,
    },
    Template(ConversationId, Named),
    /// A template to somebody who may have no open conversation: then it opens one.
    First(Begin, Named),
}

impl What {
    /// Whose limits it counts against.
    const fn about(&self) -> limits::About {
        match self {
            Self::Said { conversation, .. } | Self::Reaction { conversation, .. } | Self::Template(conversation, _) => {
                limits::About::Conversation(*conversation)
            }
            Self::First(begin, _) => limits::About::Number(begin.number),
        }
    }
}

/// What stands in a 202.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Queued {
    Message(Box<Message>),
    Delayed(Delayed),
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

/// Send a message to a customer
///
/// A text, a template, a file that was handed in before, a place, contact cards, buttons or a list, or a reaction. Waits up to two seconds for what becomes of it: 201 when WhatsApp took it, 202 when it is still on its
/// way or is tried again later. With `Prefer: respond-async` it is answered at once. All but templates need `messages.send`, and a
/// customer-service window that is open; a template needs `messages.send_template`, and may go out after the window has closed.
/// With an `Idempotency-Key` it is sent once, whatever happens on the way.
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
    let ctx = new.when_limited.of(ctx);
    let knowingly = new.confirm_opt_out;
    let key = MessageId(key.map_or_else(new_id, |Extension(KeyId(id))| id));
    let at_once = prefers_async(&headers);
    let what = match understood(&ctx, new).await {
        Ok(what) => what,
        Err(problem) => return problem.into_response(),
    };
    let about = what.about();
    let answer = deliver(&ctx, key, what, knowingly, at_once).await;
    let mut response = limits::told(&ctx, about, answer).await;
    if at_once {
        response.headers_mut().insert("preference-applied", HeaderValue::from_static("respond-async"));
    }
    response
}

async fn deliver(ctx: &Ctx, key: MessageId, what: What, knowingly: bool, at_once: bool) -> Result<Response, Problem> {
    let mut message = match what {
        What::Said { conversation, text, content, quotes } => {
            conversations::send(ctx, conversation, key, (&text, content), quotes, knowingly).await?
        }
        What::Reaction { to, emoji, .. } => conversations::react(ctx, to, key, &emoji, knowingly).await?,
        What::Template(conversation, named) => conversations::send_named(ctx, conversation, key, &named).await?,
        What::First(begin, named) => conversations::start(ctx, &begin, key, First::Named(&named)).await?.1,
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
            (StatusCode::ACCEPTED, Json(Queued::Message(Box::new(message.into())))).into_response()
        }
    })
}

/// Where it goes, and what it is.
async fn understood(ctx: &Ctx, mut new: Outgoing) -> Result<What, Problem> {
    let (to, conversation, from) = (new.to.take(), new.conversation_id.take(), new.from.take());
    new.only_its_type()?;
    let quotes = new.context.take().map(|context| MessageId(context.message_id));
    let kind = new.kind.name();
    if quotes.is_some() && matches!(new.kind, OutgoingType::Template | OutgoingType::Reaction) {
        return Err(Wrong::invalid("context", format!("a message of type {kind} answers none")).into());
    }
    if from.is_some() && (to.is_none() || new.kind != OutgoingType::Template) {
        let why = "it is of a template to somebody: any other message goes from the number of its conversation";
        return Err(Wrong::invalid("from", why).into());
    }
    if let Some(OutgoingReaction { message_id, emoji }) = new.reaction {
        if to.is_some() || conversation.is_some() {
            let why = "a reaction goes to the conversation of its message: leave out to and conversationId";
            return Err(Wrong::invalid("to", why).into());
        }
        let to = MessageId(message_id);
        let conversation = conversations::of_message(ctx, to).await?;
        return Ok(What::Reaction { conversation, to, emoji });
    }
    if let Some(template) = new.template {
        let named = template.named()?;
        return match (to, conversation) {
            (Some(to), None) => Ok(What::First(begin(ctx, &to, from.map(NumberId)).await?, named)),
            (to, conversation) => Ok(What::Template(conversation_of(ctx, to, conversation).await?, named)),
        };
    }
    let file = [new.image, new.video, new.audio, new.document, new.sticker].into_iter().flatten().next();
    if let Some(file) = file {
        let content = file.content();
        let handed_in = match media::uploaded(ctx, MediaId(file.id)).await {
            Ok((of, uploaded)) if uploaded.kind.as_str() == kind => Some(of.0),
            Ok((_, uploaded)) => {
                let is = uploaded.kind.as_str();
                return Err(Wrong::invalid(kind, format!("this upload is sent with type {is}")).into());
            }
            // Sending says what is the matter, unless this very message has it.
            Err(services::Error::Domain(Wrong::NotFound)) => None,
            Err(error) => return Err(error.into()),
        };
        let conversation = conversation.or(handed_in.filter(|_| to.is_none()));
        let conversation = match (&to, conversation) {
            (None, None) => return Err(gone(kind).into()),
            _ => conversation_of(ctx, to, conversation).await?,
        };
        return Ok(What::Said { conversation, text: file.caption, content, quotes });
    }
    let (text, content) = if let Some(menu) = new.interactive {
        menu.parts()
    } else if let Some(place) = new.location {
        (String::new(), place.into())
    } else if let Some(cards) = new.contacts {
        (String::new(), Content::Contacts(cards.into_iter().map(Into::into).collect()))
    } else {
        (new.text.unwrap_or_default(), Content::Text)
    };
    Ok(What::Said { conversation: conversation_of(ctx, to, conversation).await?, text, content, quotes })
}

fn gone(kind: &str) -> Wrong {
    Wrong::invalid(kind, "there is no such upload, or it was sent already: hand the file in again")
}

impl Outgoing {
    /// What it holds is what its type says, and nothing else.
    fn only_its_type(&self) -> Result<(), Wrong> {
        let given = [
            ("text", self.text.is_some()),
            ("template", self.template.is_some()),
            ("image", self.image.is_some()),
            ("video", self.video.is_some()),
            ("audio", self.audio.is_some()),
            ("document", self.document.is_some()),
            ("sticker", self.sticker.is_some()),
            ("location", self.location.is_some()),
            ("contacts", self.contacts.is_some()),
            ("interactive", self.interactive.is_some()),
            ("reaction", self.reaction.is_some()),
        ];
        let kind = self.kind.name();
        if given.iter().any(|(name, there)| *there != (*name == kind)) {
            return Err(Wrong::invalid(
                kind,
                format!("a message of type {kind} takes the field {kind} and no other of them"),
            ));
        }
        Ok(())
    }
}

impl OutgoingTemplate {
    fn named(self) -> Result<Named, Wrong> {
        let Self { name, language, components, parameters } = self;
        let (TemplateLanguage::Code(language) | TemplateLanguage::Meta { code: language }) = language;
        let filled = match (components, parameters) {
            (Some(components), None) => Filled::Components(components),
            (None, parameters) => Filled::Values(parameters.unwrap_or_default()),
            (Some(_), Some(_)) => return Err(Wrong::invalid("template", "say either components or parameters")),
        };
        Ok(Named { name, language, filled })
    }
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    let all = headers.get_all("prefer").iter().filter_map(|line| line.to_str().ok());
    let mut wishes = all.flat_map(|line| line.split(','));
    wishes.any(|wish| wish.split(';').next().is_some_and(|wish| wish.trim().eq_ignore_ascii_case("respond-async")))
}

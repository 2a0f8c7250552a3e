//! `/api/v1/search`

use axum::Json;
use domain::search::{Hit, Person, Query as Asked, Results, Snippet};
use serde::{Deserialize, Serialize};
use services::search;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    messages::{MessageDirection, MessageKind},
    page::{cursor, place},
    problem::Problem,
    read::Query,
};

/// In cursors.
const PEOPLE: &str = "person";
const MESSAGES: &str = "hit";

/// What was found, the newest first.
#[derive(Serialize, ToSchema)]
pub struct Found {
    people: Vec<FoundPerson>,
    /// `people_cursor` of the next ones; `null` at the end.
    next_people_cursor: Option<String>,
    /// Nothing where the caller may not read messages, or no word has three letters.
    messages: Vec<FoundMessage>,
    /// `messages_cursor` of the next ones; `null` at the end. A page may be short, even empty, and still have a next one:
    /// there is a limit to how far one search looks.
    next_messages_cursor: Option<String>,
}

/// A customer whose name, username or number fits.
#[derive(Serialize, ToSchema)]
struct FoundPerson {
    /// Of the contact.
    contact: Uuid,
    /// Their latest conversation that the caller sees.
    conversation: Uuid,
    name: Fitting,
    /// `+` and digits.
    phone: Option<Fitting>,
    /// Without `@`.
    username: Option<Fitting>,
    /// Unix time in milliseconds.
    last_message_at: i64,
}

/// A message whose words fit.
#[derive(Serialize, ToSchema)]
struct FoundMessage {
    id: Uuid,
    conversation: Uuid,
    /// Of the contact.
    contact: Uuid,
    contact_name: String,
    direction: MessageDirection,
    kind: MessageKind,
    /// Unix time in milliseconds.
    at: i64,
    snippet: Fitting,
}

/// A text of at most 160 characters with the places that fit. Never markup.
#[derive(Serialize, ToSchema)]
struct Fitting {
    text: String,
    /// Where to begin and where to end highlighting, in Unicode scalar values.
    marks: Vec<[u32; 2]>,
}

impl From<Snippet> for Fitting {
    fn from(Snippet { text, marks }: Snippet) -> Self {
        Self { text, marks: marks.into_iter().map(|mark| [mark.from, mark.to]).collect() }
    }
}

impl From<Person> for FoundPerson {
    fn from(person: Person) -> Self {
        let Person { contact, conversation, last_message_at, name, phone, username, .. } = person;
        Self {
            contact: contact.id.0,
            conversation: conversation.0,
            name: name.into(),
            phone: phone.map(Into::into),
            username: username.map(Into::into),
            last_message_at,
        }
    }
}

impl From<Hit> for FoundMessage {
    fn from(hit: Hit) -> Self {
        let Hit { message, conversation, contact, direction, kind, at, snippet, .. } = hit;
        Self {
            id: message.0,
            conversation: conversation.0,
            contact: contact.id.0,
            contact_name: contact.name,
            direction: direction.into(),
            kind: kind.into(),
            at,
            snippet: snippet.into(),
        }
    }
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Words in any script; all of them have to fit. No character has a meaning of its own.
    #[param(max_length = 128)]
    q: String,
    /// `next_people_cursor` of the page before: more people, and no messages.
    #[param(max_length = 200)]
    people_cursor: Option<String>,
    /// `next_messages_cursor` of the page before: more messages, and no people.
    #[param(max_length = 200)]
    messages_cursor: Option<String>,
}

/// Search people and messages
///
/// Names, usernames and numbers of customers with a conversation that the caller sees, and the words of messages. Words of one or
/// two letters find the beginning of names and numbers alone. What was written a moment ago may take two seconds to be found.
/// Needs `conversations.view`, for messages also `messages.view`.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "Conversations", operation_id = "search", params(Wanted),
    responses((status = 200, description = "What was found", body = Found)),
)]
pub async fn find(Caller(ctx): Caller, Query(wanted): Query<Wanted>) -> Result<Json<Found>, Problem> {
    let Wanted { q, people_cursor, messages_cursor } = wanted;
    if q.chars().count() > domain::search::QUERY_LIMIT || Asked::parse(&q).is_none() {
        return Err(Problem::from(domain::Error::invalid("q", "expected 1 to 128 characters, some of them visible")));
    }
    let (people, messages) = (place(PEOPLE, people_cursor.as_deref())?, place(MESSAGES, messages_cursor.as_deref())?);
    let found = match (people, messages) {
        (None, None) => search::start(&ctx, &q).await?,
        (people, messages) => {
            let mut found = Results::default();
            if people.is_some() {
                found.people = search::people(&ctx, &q, people).await?;
            }
            if messages.is_some() {
                found.messages = search::messages(&ctx, &q, messages).await?;
            }
            found
        }
    };
    let Results { people, messages, .. } = found;
    Ok(Json(Found {
        next_people_cursor: people.next.map(|place| cursor(PEOPLE, place)),
        people: people.items.into_iter().map(FoundPerson::from).collect(),
        next_messages_cursor: messages.next.map(|place| cursor(MESSAGES, place)),
        messages: messages.items.into_iter().map(FoundMessage::from).collect(),
    }))
}

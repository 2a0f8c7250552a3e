//! What the search asks of the server.

use domain::{
    id::{ConversationId, MessageId, NoteId},
    inbox::Thread,
    search::{Found, Hit, Person, Results},
    workspace::Slug,
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::frame::server::native::ctx;
use crate::{error::Fault, json::Json};

/// The first page of people and messages that fit.
#[server(prefix = "/fn", endpoint = "search", input = Json, output = Json)]
pub async fn search(workspace: Slug, words: String) -> Result<Results, Fault> {
    Ok(services::search::start(&ctx(&workspace).await?, &words).await?)
}

/// More people, behind the place where the last page ended.
#[server(prefix = "/fn", endpoint = "search-people", input = Json, output = Json)]
pub async fn search_people(workspace: Slug, words: String, before: i64) -> Result<Found<Person>, Fault> {
    Ok(services::search::people(&ctx(&workspace).await?, &words, Some(before)).await?)
}

/// More messages, behind the place where the last page ended.
#[server(prefix = "/fn", endpoint = "search-messages", input = Json, output = Json)]
pub async fn search_messages(workspace: Slug, words: String, before: i64) -> Result<Found<Hit>, Fault> {
    Ok(services::search::messages(&ctx(&workspace).await?, &words, Some(before)).await?)
}

/// The thread where one message stands.
#[server(prefix = "/fn", endpoint = "around", input = Json, output = Json)]
pub async fn load_around(workspace: Slug, conversation: ConversationId, message: MessageId) -> Result<Thread, Fault> {
    Ok(services::conversations::around(&ctx(&workspace).await?, conversation, message).await?)
}

/// The thread where one note stands.
#[server(prefix = "/fn", endpoint = "around-note", input = Json, output = Json)]
pub async fn load_around_note(workspace: Slug, conversation: ConversationId, note: NoteId) -> Result<Thread, Fault> {
    Ok(services::conversations::around_note(&ctx(&workspace).await?, conversation, note).await?)
}

#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<Search>();
    register_explicit::<SearchPeople>();
    register_explicit::<SearchMessages>();
    register_explicit::<LoadAround>();
    register_explicit::<LoadAroundNote>();
}

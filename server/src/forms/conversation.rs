//! The forms of a conversation.

use axum::{Form, Router, response::Response, routing::post};
use domain::{
    id::{ConversationId, MemberId, MessageId},
    inbox::MessageView,
    permission::Permission,
};
use serde::Deserialize;
use services::{Ctx, Error, clock::new_id, conversations};
use uuid::Uuid;

use super::ask::Ask;
use crate::web::Web;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/w/{slug}/conversations/{id}/reply", post(reply))
        .route("/w/{slug}/conversations/{id}/close", post(close))
        .route("/w/{slug}/conversations/{id}/reopen", post(reopen))
        .route("/w/{slug}/conversations/{id}/assign", post(assign))
        .route("/w/{slug}/messages/{id}/send-again", post(send_again))
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    text: String,
    /// The idempotency key that the page was drawn with; a form that is sent twice sends one message.
    #[serde(default)]
    key: String,
    /// `yes`: the member knows that the customer opted out.
    #[serde(default)]
    despite: String,
}

async fn reply(ask: Ask, Form(form): Form<Reply>) -> Response {
    let key = form.key.parse::<Uuid>().unwrap_or_else(|_| new_id());
    let text = form.text.replace("\r\n", "\n");
    let id = ConversationId(ask.id);
    let done = match ask.ctx().await {
        Ok(ctx) => match replied(&ctx, id, MessageId(key), &text, form.despite == "yes").await {
            Err(Error::Domain(domain::Error::NotFound)) => return ask.lost(text).await,
            done => done.map(|_| ()),
        },
        Err(error) => Err(error),
    };
    ask.answer(done, &ask.thread(), Some(text)).await
}

async fn replied(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    text: &str,
    despite: bool,
) -> Result<MessageView, Error> {
    if despite {
        conversations::reply_despite_opt_out(ctx, id, key, text).await
    } else {
        conversations::reply(ctx, id, key, text).await
    }
}

async fn close(ask: Ask) -> Response {
    let done = match ask.ctx().await {
        Ok(ctx) => conversations::close(&ctx, ConversationId(ask.id)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    ask.answer(done, &ask.thread(), None).await
}

async fn reopen(ask: Ask) -> Response {
    let done = match ask.ctx().await {
        Ok(ctx) => conversations::reopen(&ctx, ConversationId(ask.id)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    ask.answer(done, &ask.thread(), None).await
}

#[derive(Deserialize)]
struct Assign {
    /// Empty: to nobody.
    #[serde(default)]
    member: String,
}

async fn assign(ask: Ask, Form(form): Form<Assign>) -> Response {
    let done = assigned(&ask, &form.member).await;
    // Who hands over a conversation and sees only their own goes back to the list.
    let page = match done {
        Ok(false) => ask.inbox(),
        _ => ask.thread(),
    };
    ask.answer(done.map(|_| ()), &page, None).await
}

/// Whether the member still sees the conversation afterwards.
async fn assigned(ask: &Ask, member: &str) -> Result<bool, Error> {
    let ctx = ask.ctx().await?;
    let member = match member {
        "" => None,
        id => Some(id.parse::<MemberId>().map_err(|_| domain::Error::invalid("member", "expected an id"))?),
    };
    let row = conversations::assign(&ctx, ConversationId(ask.id), member).await?;
    Ok(ctx.sight(Permission::ConversationsView).reaches(row.assignee))
}

async fn send_again(ask: Ask) -> Response {
    let done = match ask.ctx().await {
        Ok(ctx) => conversations::send_again(&ctx, MessageId(ask.id)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    ask.answer(done, &ask.inbox(), None).await
}

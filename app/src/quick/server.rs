//! What the page and the composer ask of the server. Thin: each calls one use case.

use domain::{
    id::QuickReplyId,
    quick::{Draft, QuickReply},
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickView {
    pub frame: Frame,
    pub replies: Vec<QuickReply>,
}

#[server(prefix = "/fn", endpoint = "quick-replies/manage", input = Json, output = Json)]
pub async fn load_quick_replies(workspace: Slug) -> Result<QuickView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let replies = services::quick::managed(&ctx).await?;
    Ok(QuickView { frame: native::frame(&ctx).await?, replies })
}

/// For the composer.
#[server(prefix = "/fn", endpoint = "quick-replies", input = Json, output = Json)]
pub async fn quick_replies(workspace: Slug) -> Result<Vec<QuickReply>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::quick::list(&ctx).await?)
}

#[server(prefix = "/fn", endpoint = "quick-replies/create", input = Json, output = Json)]
pub async fn create_quick_reply(workspace: Slug, draft: Draft) -> Result<QuickReply, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::quick::create(&ctx, &draft).await?)
}

#[server(prefix = "/fn", endpoint = "quick-replies/save", input = Json, output = Json)]
pub async fn save_quick_reply(workspace: Slug, reply: QuickReplyId, draft: Draft) -> Result<QuickReply, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::quick::save(&ctx, reply, &draft).await?)
}

#[server(prefix = "/fn", endpoint = "quick-replies/delete", input = Json, output = Json)]
pub async fn delete_quick_reply(workspace: Slug, reply: QuickReplyId) -> Result<(), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::quick::delete(&ctx, reply).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadQuickReplies>();
    register_explicit::<QuickReplies>();
    register_explicit::<CreateQuickReply>();
    register_explicit::<SaveQuickReply>();
    register_explicit::<DeleteQuickReply>();
}

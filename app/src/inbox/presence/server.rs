//! What the browser says of itself.

use domain::{
    id::ConversationId,
    inbox::presence::{Doing, Signal},
    workspace::Slug,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{error::Fault, json::Json};

/// What the member does at a conversation on this page; answers what others do there.
#[server(prefix = "/fn", endpoint = "presence", input = Json, output = Json)]
pub async fn be_present(
    workspace: Slug,
    conversation: ConversationId,
    page: Uuid,
    doing: Doing,
) -> Result<Vec<Signal>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    match services::live::be_present(&ctx, conversation, page, doing).await {
        // It may have been handed over this very moment: nothing is told, and nothing went wrong.
        Err(services::Error::Domain(domain::Error::NotFound)) => Ok(Vec::new()),
        others => Ok(others?),
    }
}

#[cfg(feature = "ssr")]
pub fn register() {
    leptos::server_fn::axum::register_explicit::<BePresent>();
}

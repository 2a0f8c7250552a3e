//! What the menu asks of the server.

use domain::{team::Load, workspace::Slug};
use leptos::prelude::*;

use crate::{error::Fault, json::Json};

/// How busy colleagues are.
#[server(prefix = "/fn", endpoint = "team-load", input = Json, output = Json)]
pub async fn team_load(workspace: Slug) -> Result<Vec<Load>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::team::load(&ctx).await?)
}

#[cfg(feature = "ssr")]
pub fn register() {
    leptos::server_fn::axum::register_explicit::<TeamLoad>();
}

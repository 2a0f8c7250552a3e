//! What the list of things to set up asks of the server.

use domain::workspace::{Setup, Slug};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::frame::server::native::ctx;
use crate::{error::Fault, json::Json};

/// What is left to be done; nothing once it is done.
#[server(prefix = "/fn", endpoint = "setup", input = Json, output = Json)]
pub async fn load_setup(workspace: Slug) -> Result<Option<Setup>, Fault> {
    Ok(services::workspaces::setup(&ctx(&workspace).await?).await?)
}

/// Puts the list away, for everybody.
#[server(prefix = "/fn", endpoint = "setup-hide", input = Json, output = Json)]
pub async fn hide_setup(workspace: Slug) -> Result<(), Fault> {
    Ok(services::workspaces::hide_setup(&ctx(&workspace).await?).await?)
}

#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadSetup>();
    register_explicit::<HideSetup>();
}

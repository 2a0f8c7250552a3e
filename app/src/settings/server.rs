//! What the settings ask of the server.

use domain::{team::Settings, workspace::Slug};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub frame: Frame,
    pub settings: Settings,
}

#[server(prefix = "/fn", endpoint = "settings", input = Json, output = Json)]
pub async fn load_settings(workspace: Slug) -> Result<SettingsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let settings = services::team::settings::get(&ctx).await?;
    Ok(SettingsView { frame: native::frame(&ctx).await?, settings })
}

/// Saves all of them and answers with what is kept.
#[server(prefix = "/fn", endpoint = "settings/save", input = Json, output = Json)]
pub async fn save_settings(workspace: Slug, settings: Settings) -> Result<Settings, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::team::settings::save(&ctx, settings).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadSettings>();
    register_explicit::<SaveSettings>();
}

//! What the settings ask of the server.

use domain::{opt_out, team::Settings, workspace::Slug};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub frame: Frame,
    pub settings: Settings,
    pub opt_out: opt_out::Settings,
}

#[server(prefix = "/fn", endpoint = "settings", input = Json, output = Json)]
pub async fn load_settings(workspace: Slug) -> Result<SettingsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let settings = services::team::settings::get(&ctx).await?;
    let opt_out = services::consent::get(&ctx).await?;
    Ok(SettingsView { frame: native::frame(&ctx).await?, settings, opt_out })
}

/// Saves all of them and answers with what is kept.
#[server(prefix = "/fn", endpoint = "settings/save", input = Json, output = Json)]
pub async fn save_settings(workspace: Slug, settings: Settings) -> Result<Settings, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::team::settings::save(&ctx, settings).await?)
}

/// How opt-outs are dealt with.
#[server(prefix = "/fn", endpoint = "settings/opt-out", input = Json, output = Json)]
pub async fn save_opt_out(workspace: Slug, settings: opt_out::Settings) -> Result<opt_out::Settings, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::consent::save(&ctx, settings).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadSettings>();
    register_explicit::<SaveSettings>();
    register_explicit::<SaveOptOut>();
}

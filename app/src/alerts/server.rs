//! What the browser asks of the server.

use domain::{
    alert::{AlertView, Place},
    id::AlertId,
    inbox::Page,
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// The whole screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertsScreen {
    pub frame: Frame,
    pub page: Page<AlertView>,
    /// Whether the member may see any kind of alert at all.
    pub any_kind: bool,
    /// Whether this is a later page.
    pub later: bool,
}

/// A page of alerts, the latest first; `before` is the place of the last one on the page above.
#[server(prefix = "/fn", endpoint = "alerts", input = Json, output = Json)]
pub async fn load_alerts(workspace: Slug, before: Option<Place>) -> Result<AlertsScreen, Fault> {
    native::screen(workspace, before).await
}

/// One alert, or with `None` all of them, has been read by the member; answers how many still wait.
#[server(prefix = "/fn", endpoint = "alerts/read", input = Json, output = Json)]
pub async fn read_alerts(workspace: Slug, alert: Option<AlertId>) -> Result<i64, Fault> {
    native::read(workspace, alert).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::alert::Kind;
    use leptos::server_fn::axum::register_explicit;
    use services::alerts;

    use super::*;
    use crate::frame::server::native as frame;

    /// Alerts of a page.
    const PAGE: usize = 50;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadAlerts>();
        register_explicit::<ReadAlerts>();
    }

    pub async fn screen(workspace: Slug, before: Option<Place>) -> Result<AlertsScreen, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        Ok(AlertsScreen {
            page: alerts::list(&ctx, before, PAGE).await?,
            any_kind: Kind::all().any(|kind| kind.seen_with(ctx.access())),
            later: before.is_some(),
            frame: frame::frame(&ctx).await?,
        })
    }

    pub async fn read(workspace: Slug, alert: Option<AlertId>) -> Result<i64, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        match alert {
            Some(alert) => alerts::mark_read(&ctx, alert).await?,
            None => alerts::mark_all_read(&ctx).await?,
        }
        Ok(alerts::unread(&ctx).await?)
    }
}

//! What the dashboard asks of the server.

use domain::{inbox::Counts, time::Millis, workspace::Slug};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardView {
    pub frame: Frame,
    /// Open conversations.
    pub open: Counts,
    /// For members who look after the queues.
    pub queue: Option<Queue>,
}

/// Messages on their way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub since: Option<Millis>,
    /// Given up.
    pub dead: i64,
}

#[server(prefix = "/fn", endpoint = "dashboard", input = Json, output = Json)]
pub async fn load_dashboard(workspace: Slug) -> Result<DashboardView, Fault> {
    use crate::frame::server::native;
    use services::overview;
    let ctx = native::ctx(&workspace).await?;
    let overview::Overview { open, queue } = overview::overview(&ctx).await?;
    let queue = queue.map(|overview::Queue { waiting, since, dead }| Queue { waiting, since, dead });
    Ok(DashboardView { frame: native::frame(&ctx).await?, open, queue })
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    leptos::server_fn::axum::register_explicit::<LoadDashboard>();
}

use std::time::Duration;

use axum::{Router, extract::State, http::StatusCode, routing::get};
use services::workspaces;
use tokio::time::timeout;

use crate::web::Web;

/// `/healthz`, for whoever restarts the process: it answers however busy the process is.
pub fn alive() -> Router<Web> {
    Router::new().route("/healthz", get(async || "ok\n"))
}

/// `/readyz`, for whoever sends it traffic.
pub fn router() -> Router<Web> {
    Router::new().route("/readyz", get(ready))
}

/// Whether the database answers a read within a second, and the process is not about to stop.
async fn ready(State(web): State<Web>) -> (StatusCode, &'static str) {
    if web.stopping().is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(Duration::from_secs(1), workspaces::demo_flag(web.services())).await {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

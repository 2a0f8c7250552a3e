//! `/api/v1/admin/health`

use axum::Json;
use serde::Serialize;
use services::health::{self, NumberHealth};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{caller::Caller, problem::Problem};

/// How the workspace is.
#[derive(Serialize, ToSchema)]
pub struct Health {
    status: HealthStatus,
    /// Of Parlance.
    version: &'static str,
    /// Unix time in milliseconds.
    at: i64,
    /// Messages that wait to be sent.
    waiting: i64,
    /// Since when the oldest of them waits.
    waiting_since: Option<i64>,
    numbers: Vec<HealthNumber>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HealthStatus {
    Ok,
    /// Something has to be looked at: a number has a problem, or messages wait for more than five minutes.
    Degraded,
}

#[derive(Serialize, ToSchema)]
struct HealthNumber {
    id: Uuid,
    /// As people write it.
    display_number: String,
    /// What is wrong with its access token; `null` when nothing is.
    problem: Option<String>,
}

/// How the workspace is
///
/// Whether its numbers can send, and what waits. That it answers says that the database does. Needs `operations.view`.
#[utoipa::path(
    get, path = "/api/v1/admin/health", tag = "Operations", operation_id = "getHealth",
    responses((status = 200, description = "How it is", body = Health)),
)]
pub async fn health(Caller(ctx): Caller) -> Result<Json<Health>, Problem> {
    let found = health::of(&ctx).await?;
    Ok(Json(Health {
        status: if found.is_well() { HealthStatus::Ok } else { HealthStatus::Degraded },
        version: env!("CARGO_PKG_VERSION"),
        at: found.at,
        waiting: found.waiting,
        waiting_since: found.waiting_since,
        numbers: found
            .numbers
            .into_iter()
            .map(|NumberHealth { id, display_number, problem }| HealthNumber { id: id.0, display_number, problem })
            .collect(),
    }))
}

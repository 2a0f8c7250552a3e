//! `/api/v1/numbers/{id}/pause` and `/resume`

use axum::http::StatusCode;
use domain::id::NumberId;
use services::send;

use super::{caller::Caller, problem::Problem, read::Id};

/// Pause sending
///
/// The number sends nothing until it is resumed: what is written waits in its order, what comes in arrives as always. Doing it
/// twice changes nothing. Needs `operations.manage`.
#[utoipa::path(
    post, path = "/api/v1/numbers/{id}/pause", tag = "Operations", operation_id = "pauseNumber",
    params(("id" = Uuid, Path, description = "Of the business number")),
    responses((status = 204, description = "It is paused")),
)]
pub async fn pause(Caller(ctx): Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    send::pause(&ctx, NumberId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resume sending
///
/// Of a number that somebody paused, or that Meta blocked. One whose access token does not work goes on once it is connected
/// again. Doing it twice changes nothing. Needs `operations.manage`.
#[utoipa::path(
    post, path = "/api/v1/numbers/{id}/resume", tag = "Operations", operation_id = "resumeNumber",
    params(("id" = Uuid, Path, description = "Of the business number")),
    responses((status = 204, description = "What waited leaves in its order")),
)]
pub async fn resume(Caller(ctx): Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    send::resume_number(&ctx, NumberId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

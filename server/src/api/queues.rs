//! `/api/v1/queues/status`

use axum::Json;
use serde::Serialize;
use services::queues::{self, Beside, Depth, Lane};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{caller::Caller, problem::Problem};

/// How the queues are.
#[derive(Serialize, ToSchema)]
pub struct Queues {
    /// Unix time in milliseconds.
    at: i64,
    /// Deliveries from Meta, of the whole installation: they belong to nobody until they are read. In flight: of the process that
    /// answers.
    ingest: Queue,
    /// What the workspace has to send, by business number.
    outbox: Vec<OutboxQueue>,
    /// Mails, of the whole installation.
    mails: Queue,
    /// Customers' files that are to be fetched from Meta.
    media: Queue,
    /// What browsers are to be told.
    pushes: Queue,
    /// What Meta is to be told: that a message was read, that somebody types. In flight: of the process that answers.
    receipts: Queue,
    /// Lists of templates that are to be fetched from Meta. In flight: of the process that answers.
    templates: Queue,
    /// What is to be indexed for the search, of the whole installation, counted up to 10000; since when is not known.
    search: Queue,
}

/// What waits comes from the database; what went through in the last minute is counted by the process that answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Queue {
    /// All that is not done, what is in hand too.
    depth: i64,
    /// In a worker's hands.
    in_flight: i64,
    /// Since when the oldest one waits; `null` when none does. Unix time in milliseconds.
    oldest_since: Option<i64>,
    oldest_age_seconds: Option<i64>,
    /// In the last minute, by the process that answers.
    done_per_minute: u64,
    /// Tries that failed in the last minute, by the process that answers.
    failed_per_minute: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OutboxQueue {
    /// Of the business number.
    number: Uuid,
    name: String,
    /// As people write it.
    display_number: String,
    /// Of the depth: waiting for another try, or for Meta's word whether they went out.
    delayed: i64,
    /// It stands still until somebody, or Meta, lets it go on.
    parked: bool,
    #[serde(flatten)]
    queue: Queue,
}

impl Queue {
    fn of(depth: Depth, now: i64) -> Self {
        Self {
            depth: depth.depth,
            in_flight: depth.in_flight,
            oldest_since: depth.oldest,
            oldest_age_seconds: depth.oldest.map(|since| (now - since).max(0) / 1_000),
            done_per_minute: depth.flow.minute.done,
            failed_per_minute: depth.flow.minute.failed,
        }
    }
}

/// How the queues are
///
/// What waits, what is in hand, since when, and how much went through. The first three are of all processes together, but for what is
/// in hand of deliveries, receipts, lists of templates and the search; rates are of the process that answers, for all that it serves.
/// Needs `operations.view`.
#[utoipa::path(
    get, path = "/api/v1/queues/status", tag = "Operations", operation_id = "getQueuesStatus",
    responses((status = 200, description = "How they are", body = Queues)),
)]
pub async fn status(Caller(ctx): Caller) -> Result<Json<Queues>, Problem> {
    let found = queues::status(&ctx).await?;
    let now = found.at;
    let Beside { media, pushes, receipts, templates, search } = found.beside;
    let lane = |lane: Lane| OutboxQueue {
        number: lane.id.0,
        name: lane.name,
        display_number: lane.display_number,
        delayed: lane.delayed,
        parked: lane.parked,
        queue: Queue::of(lane.queue, now),
    };
    Ok(Json(Queues {
        at: now,
        ingest: Queue::of(found.ingest, now),
        outbox: found.lanes.into_iter().map(lane).collect(),
        mails: Queue::of(found.mails, now),
        media: Queue::of(media, now),
        pushes: Queue::of(pushes, now),
        receipts: Queue::of(receipts, now),
        templates: Queue::of(templates, now),
        search: Queue::of(search, now),
    }))
}

//! `/api/v1/limits`, and what the answers to sends say of them.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue},
    response::{IntoResponse, Response},
};
use domain::{
    id::{ConversationId, MessageId, NumberId},
    limits::{NumberUsage, Usage},
};
use serde::{Deserialize, Serialize};
use services::{Ctx, conversations, limits};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    caller::Caller,
    problem::{Problem, rate_limit},
};

/// How far the limits of the workspace and of its numbers are used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// `free`, `starter`, `pro` or `enterprise`.
    plan: &'static str,
    /// Messages of the workspace in one UTC minute.
    minute: LimitPeriod,
    numbers: Vec<NumberLimits>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LimitPeriod {
    /// `null` where there is none.
    limit: Option<u32>,
    used: u32,
    /// `null` where there is no limit.
    remaining: Option<u32>,
    /// Unix time in milliseconds.
    reset_at: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NumberLimits {
    id: Uuid,
    name: String,
    /// As people write it.
    display_number: String,
    /// Messages in any second.
    per_second: u32,
    /// Messages of this UTC day. The limit is for numbers that are new.
    today: LimitPeriod,
    /// Different customers in the last 24 hours who were written to outside of a window.
    customers: CustomerLimit,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomerLimit {
    /// Meta's; `null` where it sets none.
    limit: Option<u32>,
    used: u32,
}

impl From<Usage> for Limits {
    fn from(usage: Usage) -> Self {
        let minute = LimitPeriod {
            limit: Some(usage.per_minute),
            used: usage.this_minute,
            remaining: Some(usage.left_this_minute()),
            reset_at: usage.minute_ends,
        };
        let of = |number: NumberUsage| NumberLimits {
            today: LimitPeriod {
                limit: number.per_day,
                used: number.today,
                remaining: number.left_today(),
                reset_at: usage.day_ends,
            },
            id: number.number.id.0,
            name: number.number.name,
            display_number: number.number.display_number,
            per_second: number.per_second,
            customers: CustomerLimit { limit: number.customers, used: number.customers_used },
        };
        Self { plan: usage.plan.as_str(), minute, numbers: usage.numbers.into_iter().map(of).collect() }
    }
}

/// How far the limits are used
///
/// Of the workspace in this minute, and of each of its numbers. Needs `messages.send`.
#[utoipa::path(
    get, path = "/api/v1/limits", tag = "Messages", operation_id = "getLimits",
    responses((status = 200, description = "The limits", body = Limits)),
)]
pub async fn limits(Caller(ctx): Caller) -> Result<Json<Limits>, Problem> {
    Ok(Json(limits::usage(&ctx).await?.into()))
}

/// What a sender wants beyond a limit.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenLimited {
    #[default]
    Refuse,
    Wait,
}

impl WhenLimited {
    /// The caller, who wants this.
    pub fn of(self, ctx: Ctx) -> Ctx {
        match self {
            Self::Refuse => ctx,
            Self::Wait => ctx.waiting(),
        }
    }
}

/// What a message counts against.
#[derive(Clone, Copy)]
pub enum About {
    Conversation(ConversationId),
    /// The conversation of this one.
    Message(MessageId),
    Number(NumberId),
}

/// The answer to a send, whatever came of it, with headers that tell how far the limits are used.
pub async fn told(ctx: &Ctx, about: About, answer: Result<Response, Problem>) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    tell(ctx, about, response.headers_mut()).await;
    response
}

/// Tells how far they are used, of the workspace and of the number of a conversation. What a refusal has said already stays.
async fn tell(ctx: &Ctx, about: About, headers: &mut HeaderMap) {
    let Ok(number) = number_of(ctx, about).await else { return };
    let Ok(usage) = limits::usage(ctx).await else { return };
    if !headers.contains_key("x-ratelimit-limit") {
        rate_limit(headers, usage.per_minute, usage.left_this_minute(), usage.minute_ends);
    }
    let Some(number) = usage.numbers.into_iter().find(|known| known.number.id == number) else { return };
    let left = match number.left_today() {
        Some(left) => left.into(),
        None => HeaderValue::from_static("unlimited"),
    };
    headers.insert("x-phone-throughput", number.per_second.into());
    headers.insert("x-phone-messages-today", number.today.into());
    headers.insert("x-phone-remaining", left);
}

async fn number_of(ctx: &Ctx, about: About) -> services::Result<NumberId> {
    let conversation = match about {
        About::Number(number) => return Ok(number),
        About::Conversation(id) => id,
        About::Message(id) => conversations::of_message(ctx, id).await?,
    };
    Ok(conversations::get(ctx, conversation).await?.number.id)
}

//! What an answer says when a request was not done: RFC 9457, `application/problem+json`.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    limits::{Limit, Limited},
    time::Millis,
};
use serde::Serialize;
use services::Error;
use utoipa::ToSchema;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Where the kind of problem is described.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/api#forbidden")]
    kind: String,
    /// The kind of problem in a few words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time and what to do about it.
    detail: Box<str>,
    /// The kind of problem for programs: a stable word.
    #[schema(example = "forbidden")]
    code: &'static str,
    /// The permission that is missing, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Box<str>>,
    /// The field that could not be understood, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Box<str>>,
    #[serde(flatten)]
    limited: Box<UsedUp>,
}

/// Of a limit that is used up, where one is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UsedUp {
    /// `free`, `starter`, `pro` or `enterprise`.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'static str>,
    /// Which one: messages of the workspace in a `minute`, of the number in a `second` or a `day`, or different customers
    /// outside of a window in 24 hours (`portfolio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<u32>,
    /// Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_at: Option<i64>,
    /// Seconds until then.
    #[serde(skip)]
    retry_after: Option<i64>,
}

impl From<Limited> for UsedUp {
    fn from(limited: Limited) -> Self {
        let scope = match limited.which {
            Limit::Minute => "minute",
            Limit::Second => "second",
            Limit::Day => "day",
            Limit::Portfolio => "portfolio",
        };
        let Limited { plan, limit, remaining, reset_at, wait, .. } = limited;
        Self {
            plan: Some(plan.as_str()),
            scope: Some(scope),
            limit: Some(limit),
            remaining: Some(remaining),
            reset_at: Some(reset_at),
            retry_after: Some(seconds(wait).max(1)),
        }
    }
}

/// Whole seconds, rounded up.
const fn seconds(millis: Millis) -> i64 {
    (millis + 999).div_euclid(1_000)
}

/// A kind of problem: its word, status and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub &'static str, pub StatusCode, pub &'static str);

macro_rules! kinds {
    ($($name:ident, $code:literal, $status:ident, $title:literal;)+) => {
        $(pub const $name: Kind = Kind($code, StatusCode::$status, $title);)+

        /// All of them, in the order of the page.
        pub const KINDS: &[Kind] = &[$($name,)+];
    };
}

kinds! {
    MALFORMED, "malformed", BAD_REQUEST, "The request cannot be read";
    WORKSPACE_REQUIRED, "workspace_required", BAD_REQUEST, "X-Workspace-Id is missing";
    SIGNED_OUT, "signed_out", UNAUTHORIZED, "No valid token or session";
    FORBIDDEN, "forbidden", FORBIDDEN, "A permission is missing";
    OPTED_OUT, "opted_out", FORBIDDEN, "The contact opted out of messages";
    SECOND_FACTOR, "second_factor", FORBIDDEN, "The workspace asks for a second factor";
    NOT_A_MEMBER, "not_a_member", FORBIDDEN, "Not a workspace of the caller";
    FOREIGN_ORIGIN, "foreign_origin", FORBIDDEN, "The change was asked for by another site";
    NOT_FOUND, "not_found", NOT_FOUND, "It does not exist, or it is not the caller's to see";
    METHOD_NOT_ALLOWED, "method_not_allowed", METHOD_NOT_ALLOWED, "The address does not take this method";
    CONFLICT, "conflict", CONFLICT, "The present state does not allow it";
    ALREADY_OPEN, "already_open", CONFLICT, "Another conversation with this contact is open";
    CONVERSATION_CLOSED, "conversation_closed", CONFLICT, "The conversation is closed";
    WINDOW_CLOSED, "window_closed", CONFLICT, "The customer-service window is closed";
    IN_PROGRESS, "in_progress", CONFLICT, "The same request is being worked on";
    GONE, "gone", GONE, "It existed once";
    TOO_LARGE, "too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    UNSUPPORTED, "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is no JSON";
    RANGE, "range", RANGE_NOT_SATISFIABLE, "The part lies behind the end";
    MISDIRECTED, "misdirected", MISDIRECTED_REQUEST, "This host is not served here";
    INVALID, "invalid", UNPROCESSABLE_ENTITY, "A field cannot be as it is";
    EMPTY_MESSAGE, "empty_message", UNPROCESSABLE_ENTITY, "The message is empty";
    MESSAGE_TOO_LONG, "message_too_long", UNPROCESSABLE_ENTITY, "The message is too long";
    NO_ADDRESS, "no_address", UNPROCESSABLE_ENTITY, "The contact cannot be written to";
    NOT_SENT, "not_sent", UNPROCESSABLE_ENTITY, "WhatsApp did not take the message";
    KEY_REUSED, "key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key belongs to another request";
    LIMITED, "limited", TOO_MANY_REQUESTS, "A limit is used up";
    INTERNAL, "internal", INTERNAL_SERVER_ERROR, "A fault on our side";
    UPSTREAM, "upstream", BAD_GATEWAY, "Another service did not answer as it should";
    BUSY, "busy", SERVICE_UNAVAILABLE, "Too busy for the moment";
    TIMEOUT, "timeout", GATEWAY_TIMEOUT, "It took too long";
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<Box<str>>) -> Self {
        let Kind(code, status, title) = kind;
        let kind = format!("/api#{code}");
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code,
            permission: None,
            field: None,
            limited: Box::default(),
        }
    }

    pub fn not_found() -> Self {
        Self::new(NOT_FOUND, domain::Error::NotFound.to_string())
    }

    pub fn signed_out() -> Self {
        Self::new(SIGNED_OUT, "Send a token that is in force as \"Authorization: Bearer …\", or sign in.")
    }

    /// For an answer of a layer around the API, of which only the status is known.
    pub fn of_status(status: StatusCode) -> Self {
        let kind = match status {
            // The only 403 from outside is the one for changes that another site asks for.
            StatusCode::FORBIDDEN => Some(&FOREIGN_ORIGIN),
            StatusCode::CONFLICT => Some(&CONFLICT),
            status => KINDS.iter().find(|kind| kind.1 == status),
        };
        let kind = kind.copied().unwrap_or(if status.is_server_error() { INTERNAL } else { MALFORMED });
        let detail = match kind {
            FOREIGN_ORIGIN => "A browser asks for changes from our own pages only. Programs send a bearer token.",
            INTERNAL => "The header x-request-id names the line in the log.",
            BUSY => "Try again in a few seconds.",
            TOO_LARGE => "A body has at most 256 KiB.",
            Kind(_, _, title) => title,
        };
        Self::new(kind, detail)
    }

    #[cfg(test)]
    const fn status(&self) -> u16 {
        self.status
    }
}

impl From<domain::Error> for Problem {
    fn from(error: domain::Error) -> Self {
        use domain::Error as E;
        // Whoever wrote the request knows its fields by their names.
        let detail = match &error {
            E::Invalid { field, problem } => format!("{field}: {problem}"),
            other => other.to_string(),
        };
        let (permission, field) = match &error {
            E::Forbidden { permission } => (Some(permission.as_str().into()), None),
            E::Invalid { field, .. } => (None, Some(field.as_str().into())),
            _ => (None, None),
        };
        let kind = match error {
            E::EmptyMessage => EMPTY_MESSAGE,
            E::MessageTooLong { .. } => MESSAGE_TOO_LONG,
            E::WindowClosed => WINDOW_CLOSED,
            E::ConversationClosed => CONVERSATION_CLOSED,
            E::AlreadyOpen => ALREADY_OPEN,
            E::NoAddress => NO_ADDRESS,
            E::OptedOut => OPTED_OUT,
            E::Forbidden { .. } => FORBIDDEN,
            E::SecondFactor => SECOND_FACTOR,
            E::NotFound => NOT_FOUND,
            E::Invalid { .. } => INVALID,
        };
        Self { permission, field, ..Self::new(kind, detail) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Domain(wrong) => return wrong.into(),
            Error::SignedOut => return Self::signed_out(),
            Error::Internal(why) => {
                tracing::error!(why, "an API request failed");
                return Self::of_status(StatusCode::INTERNAL_SERVER_ERROR);
            }
            Error::Limited(limited) => {
                let used_up = Box::new(limited.into());
                return Self { limited: used_up, ..Self::new(LIMITED, limited.to_string()) };
            }
            Error::Conflict(_) => CONFLICT,
            Error::Gone(_) => GONE,
            Error::Upstream(_) => UPSTREAM,
            Error::Unavailable => BUSY,
        };
        Self::new(kind, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let limited = self.limited.clone();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Parlance\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let UsedUp {
            limit: Some(limit),
            remaining: Some(remaining),
            reset_at: Some(reset_at),
            retry_after: Some(wait),
            ..
        } = *limited
        {
            headers.insert(header::RETRY_AFTER, wait.into());
            rate_limit(headers, limit, remaining, reset_at);
        }
        response
    }
}

/// Says how far a limit is used: how much it is, what is left, and the Unix time in seconds when it begins anew.
pub fn rate_limit(headers: &mut HeaderMap, limit: u32, remaining: u32, reset_at: Millis) {
    headers.insert("x-ratelimit-limit", limit.into());
    headers.insert("x-ratelimit-remaining", remaining.into());
    headers.insert("x-ratelimit-reset", seconds(reset_at).into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_its_own() {
        for (place, Kind(code, status, _)) in KINDS.iter().enumerate() {
            assert!(KINDS[..place].iter().all(|other| other.0 != *code), "{code}");
            assert!(status.is_client_error() || status.is_server_error(), "{code}");
        }
    }

    #[test]
    fn a_program_is_told_the_field() {
        let problem = Problem::from(domain::Error::invalid("mentions", "name a colleague"));
        assert_eq!((problem.field.as_deref(), &*problem.detail), (Some("mentions"), "mentions: name a colleague"));
    }

    #[test]
    fn what_a_layer_answers_keeps_its_status() {
        for status in [400, 403, 404, 405, 409, 410, 413, 415, 416, 421, 500, 503, 504].map(StatusCode::from_u16) {
            let status = status.unwrap();
            assert_eq!(Problem::of_status(status).status(), status.as_u16());
        }
    }
}

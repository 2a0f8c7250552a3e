//! Graph's refusals, in Meta's shape.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::ids;

/// One error answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GraphError {
    pub status: StatusCode,
    pub code: i64,
    kind: &'static str,
    message: String,
    subcode: Option<i64>,
    details: Option<String>,
    transient: Option<bool>,
}

impl GraphError {
    fn new(status: StatusCode, code: i64, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, kind, message: message.into(), subcode: None, details: None, transient: None }
    }

    fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// No token at all.
    pub fn no_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 0, "OAuthException", "AuthException")
            .details("We were unable to authenticate the app user.")
    }

    /// A token nobody issued.
    pub fn bad_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            190,
            "OAuthException",
            "Invalid OAuth access token - Cannot parse access token",
        )
    }

    /// A token that was good once.
    pub fn revoked_token() -> Self {
        let mut error = Self::new(
            StatusCode::UNAUTHORIZED,
            190,
            "OAuthException",
            "Error validating access token: The session has been invalidated because the user changed \
             their password or Facebook has changed the session for security reasons.",
        );
        error.subcode = Some(460);
        error
    }

    /// An object that is not there, or not for this token: Graph does not tell which.
    pub fn no_object(method: &http::Method, id: &str) -> Self {
        let method = method.as_str().to_ascii_lowercase();
        let mut error = Self::new(
            StatusCode::BAD_REQUEST,
            100,
            "GraphMethodException",
            format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to \
                 missing permissions, or does not support this operation. Please read the Graph API \
                 documentation at https://developers.facebook.com/docs/graph-api"
            ),
        );
        error.subcode = Some(33);
        error
    }

    /// A path Graph cannot make sense of.
    pub fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 2500, "OAuthException", format!("Unknown path components: {path}"))
    }

    /// `(#100)` with this text: a parameter is missing or wrong.
    pub fn param(text: impl AsRef<str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 100, "OAuthException", format!("(#100) {}", text.as_ref()))
    }

    /// `(#100) The parameter … is required.`
    pub fn required(name: &str) -> Self {
        Self::param(format!("The parameter {name} is required."))
    }

    /// `(#100) Param … must be one of {…} - got "…".`
    pub fn one_of(name: &str, allowed: &str, got: &str) -> Self {
        Self::param(format!("Param {name} must be one of {{{allowed}}} - got \"{got}\"."))
    }

    /// 131008: something the message type needs is not there.
    pub fn missing(details: impl Into<String>) -> Self {
        Self::whatsapp(131_008, "Required parameter is missing", details)
    }

    /// 131009: something is there but cannot be.
    pub fn invalid(details: impl Into<String>) -> Self {
        Self::whatsapp(131_009, "Parameter value is not valid", details)
    }

    /// 131021: a number cannot write to itself.
    pub fn to_self() -> Self {
        Self::whatsapp(131_021, "Recipient cannot be sender", "Recipient phone number is same as sender phone number.")
    }

    /// 131051: a type of message that exists but cannot be sent.
    pub fn unsupported_type(kind: &str) -> Self {
        Self::whatsapp(131_051, "Unsupported message type", format!("Message type {kind} is currently not supported."))
    }

    /// 131062: a message that needs the phone number.
    pub fn needs_phone() -> Self {
        Self::whatsapp(
            131_062,
            "Business-scoped User ID (BSUID) recipients are not supported for this message",
            "This message cannot be sent to a business-scoped user ID.",
        )
    }

    /// 130429: too fast.
    pub fn rate_limited() -> Self {
        let mut error = Self::whatsapp(130_429, "Rate limit hit", "Cloud API message throughput has been reached.");
        error.status = StatusCode::TOO_MANY_REQUESTS;
        error
    }

    /// 131000: Meta's own trouble.
    pub fn something_wrong() -> Self {
        let mut error =
            Self::whatsapp(131_000, "Something went wrong", "Message failed to send due to an unknown error.");
        error.status = StatusCode::INTERNAL_SERVER_ERROR;
        error.transient = Some(true);
        error
    }

    fn whatsapp(code: i64, title: &str, details: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "OAuthException", format!("(#{code}) {title}")).details(details)
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let mut error = Map::new();
        error.insert("message".into(), self.message.into());
        error.insert("type".into(), self.kind.into());
        error.insert("code".into(), self.code.into());
        if let Some(details) = self.details {
            error.insert("error_data".into(), json!({ "messaging_product": "whatsapp", "details": details }));
        }
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".into(), subcode.into());
        }
        if let Some(transient) = self.transient {
            error.insert("is_transient".into(), transient.into());
        }
        error.insert("fbtrace_id".into(), ids::fbtrace(&mut rand::rng()).into());
        let mut response =
            (self.status, Json(Value::from(Map::from_iter([("error".to_owned(), error.into())])))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                http::header::WWW_AUTHENTICATE,
                HeaderValue::from_static("OAuth \"Facebook Platform\" \"invalid_token\""),
            );
        }
        response
    }
}

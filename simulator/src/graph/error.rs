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

    /// A token whose time is over.
    pub fn ended_token() -> Self {
        let message = "Error validating access token: Session has expired.";
        let mut error = Self::new(StatusCode::UNAUTHORIZED, 190, "OAuthException", message);
        error.subcode = Some(463);
        error
    }

    /// Not this app, or not its secret.
    pub fn bad_app(message: &str, code: i64) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "OAuthException", message)
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

    /// 131056: too many to one customer.
    pub fn pair_limited() -> Self {
        Self::whatsapp(
            131_056,
            "(Business Account, Consumer Account) pair rate limit hit",
            "Message failed to send because there were too many messages sent from this phone number to the same \
             phone number in a short period of time.",
        )
    }

    /// 131048: no more customers for today. Meta's pages name no code for the portfolio's limit; this is the one that its
    /// older interface mapped to it.
    pub fn portfolio_limited() -> Self {
        Self::whatsapp(
            131_048,
            "Spam rate limit hit",
            "Message failed to send because there are restrictions on how many messages can be sent from this phone \
             number.",
        )
    }

    /// 131031: the account is locked.
    pub fn account_locked() -> Self {
        let details = "Business Account associated with the app has been restricted or disabled for violating a \
                       platform policy.";
        Self::whatsapp(131_031, "Business Account locked", details).with_status(StatusCode::FORBIDDEN)
    }

    /// 130497: no messages to this country.
    pub fn country() -> Self {
        let details = "Business account is restricted from messaging users in this country.";
        Self::whatsapp(130_497, "Business account is restricted from messaging users in this country", details)
            .with_status(StatusCode::FORBIDDEN)
    }

    /// 132000: too many or too few values.
    pub fn parameter_count(part: &str, given: usize, expected: usize) -> Self {
        Self::whatsapp(
            132_000,
            "Number of parameters does not match the expected number of params",
            format!(
                "{part}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
            ),
        )
    }

    /// 132001: no such template, or not approved.
    pub fn no_template(name: &str, language: &str) -> Self {
        let details = format!("template name ({name}) does not exist in {language}");
        Self::whatsapp(132_001, "Template name does not exist in the translation", details)
            .with_status(StatusCode::NOT_FOUND)
    }

    /// 132005: too long once filled in.
    pub fn too_long() -> Self {
        Self::whatsapp(132_005, "Translated text too long", "The hydrated template text is too long.")
    }

    /// 132015: paused for its quality.
    pub fn template_paused() -> Self {
        let details = "Template is paused due to low quality so it cannot be sent in a template message.";
        Self::whatsapp(132_015, "Template is Paused", details)
    }

    /// 132016: paused too often.
    pub fn template_disabled() -> Self {
        let details = "Template has been paused too many times due to low quality and is now permanently disabled.";
        Self::whatsapp(132_016, "Template is Disabled", details)
    }

    /// 132018: a value of the wrong form.
    pub fn parameter_format(details: impl Into<String>) -> Self {
        Self::whatsapp(132_018, "There is an issue with one of the parameters in the template", details)
    }

    /// 131059: a place in a list that is no place.
    pub fn bad_cursor() -> Self {
        Self::whatsapp(131_059, "Invalid cursor", "The paging cursor is invalid or has expired.")
    }

    /// 131000: Meta's own trouble.
    pub fn something_wrong() -> Self {
        let mut error =
            Self::whatsapp(131_000, "Something went wrong", "Message failed to send due to an unknown error.");
        error.status = StatusCode::INTERNAL_SERVER_ERROR;
        error.transient = Some(true);
        error
    }

    fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
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

use domain::meta::send::{Accepted, Failure, GraphError, TextMessage, UNKNOWN_CODE};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// How long Meta may take to answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);

/// Meta's Graph API at one base URL and version.
#[derive(Clone, Debug)]
pub struct Graph {
    client: reqwest::Client,
    base: Url,
}

/// The configured URL cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GraphUrlError(String);

/// Why a message was not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No byte of the request left: nothing was sent.
    #[error("WhatsApp could not be reached; nothing was sent.")]
    NotSent,
    /// Meta said no.
    #[error("Meta refused the message (code {})", .0.code)]
    Refused(GraphError),
    /// The request left and no clear answer came: it may have gone out.
    #[error("Meta's answer was lost: {0}")]
    Lost(String),
}

impl Graph {
    /// `base` is `https://graph.facebook.com` or, for tests and the demo, a loopback address; `version` is `v25.0`.
    ///
    /// # Errors
    /// When the URL is neither https nor loopback, or the HTTP client cannot be made.
    pub fn new(base: &str, version: &str) -> Result<Self, GraphUrlError> {
        let mut base = Url::parse(base).map_err(|e| GraphUrlError(e.to_string()))?;
        let loopback = match base.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback) {
            return Err(GraphUrlError("expected an https URL; plain http only to this machine".to_owned()));
        }
        base.path_segments_mut()
            .map_err(|()| GraphUrlError("expected an https URL".to_owned()))?
            .pop_if_empty()
            .push(version);
        // Once per process; an error says only that it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| GraphUrlError(e.to_string()))?;
        Ok(Self { client, base })
    }

    /// `POST /{phone-number-id}/messages`; returns the wamid.
    ///
    /// # Errors
    /// [`SendError`], which tells what is known about the message.
    pub async fn send_text(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        message: &TextMessage,
    ) -> Result<String, SendError> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(phone_number_id).push("messages");
        }
        let request = self.client.post(url).bearer_auth(token.expose_secret()).json(message);
        let response = request.send().await.map_err(|e| not_answered(&e))?;
        let status = response.status();
        let body = response.bytes().await.map_err(|e| SendError::Lost(e.without_url().to_string()))?;
        if status.is_success() {
            let accepted: Accepted =
                serde_json::from_slice(&body).map_err(|e| SendError::Lost(format!("unreadable answer: {e}")))?;
            let first = accepted.messages.into_iter().next();
            return first.map(|message| message.id).ok_or_else(|| SendError::Lost("an answer without a wamid".into()));
        }
        match serde_json::from_slice::<Failure>(&body) {
            // A fault on Meta's side may strike after the message was taken.
            Ok(failure) if status.is_server_error() || may_have_gone_out(failure.error.code) => {
                Err(SendError::Lost(format!("Meta had an error of its own (code {})", failure.error.code)))
            }
            Ok(failure) => Err(SendError::Refused(failure.error)),
            // A proxy on the way gave up: Meta may have had the request.
            Err(_) if status == reqwest::StatusCode::REQUEST_TIMEOUT => Err(SendError::Lost(format!("HTTP {status}"))),
            Err(_) if status.is_client_error() => Err(SendError::Refused(GraphError {
                code: UNKNOWN_CODE,
                message: format!("HTTP {status}"),
                ..GraphError::default()
            })),
            Err(_) => Err(SendError::Lost(format!("HTTP {status}"))),
        }
    }
}

/// Codes of Meta's own faults, which leave open whether the message was taken.
const fn may_have_gone_out(code: i64) -> bool {
    matches!(code, 1 | 2 | 131_000 | 131_016)
}

fn not_answered(error: &reqwest::Error) -> SendError {
    // `is_connect` holds before the first byte of the request only.
    if error.is_connect() || error.is_builder() { SendError::NotSent } else { SendError::Lost(words(error)) }
}

fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() { "no answer in time".to_owned() } else { "the connection broke".to_owned() }
}

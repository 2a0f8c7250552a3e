use bytes::Bytes;
use domain::{
    meta::{
        codes::{self, Class},
        send::{Accepted, Failure, GraphError, UNKNOWN_CODE},
    },
    time::{Millis, SECOND},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// How long Meta may take to answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
/// The same, to what nobody waits for.
const TELL_TIMEOUT: Duration = Duration::from_secs(10);

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No byte of the request left: nothing was sent.
    #[error("WhatsApp could not be reached; nothing was sent.")]
    NotSent,
    /// Meta said no.
    #[error("Meta refused the message (code {})", .0.error.code)]
    Refused(Refusal),
    /// The request left and no clear answer came: it may have gone out.
    #[error("Meta's answer was lost: {why}")]
    Lost { why: String, http: Option<u16> },
}

/// Meta's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub error: GraphError,
    /// Status of the answer.
    pub http: u16,
    /// How long Meta asks us to wait, in milliseconds.
    pub retry_after: Option<Millis>,
}

impl Refusal {
    /// What it means for the queue.
    pub fn class(&self) -> Class {
        codes::classify(self.error.code, self.http, self.error.is_transient)
    }

    /// What it means for people.
    pub fn words(&self) -> String {
        let details = self.error.error_data.as_ref().and_then(|data| data.details.as_deref());
        codes::explain(self.error.code, details.or(Some(self.error.message.as_str())))
    }
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

    /// The address of a node or of one of its edges.
    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    /// Whether an address is at the same origin as the API itself: the demo and tests keep files there.
    pub(crate) fn is_home_of(&self, url: &Url) -> bool {
        self.base.origin() == url.origin()
    }

    /// What talks to Meta.
    pub(crate) const fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// `POST /{phone-number-id}/messages`; returns the wamid. `message` is the whole body.
    ///
    /// # Errors
    /// [`SendError`], which tells what is known about the message.
    pub async fn send(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        message: &serde_json::Value,
    ) -> Result<String, SendError> {
        let (http, body) = self.ask(phone_number_id, token, message, TIMEOUT).await?;
        let accepted: Accepted = serde_json::from_slice(&body)
            .map_err(|e| SendError::Lost { why: format!("unreadable answer: {e}"), http: Some(http) })?;
        let first = accepted.messages.into_iter().next();
        let without = || SendError::Lost { why: "an answer without a wamid".to_owned(), http: Some(http) };
        first.map(|message| message.id).ok_or_else(without)
    }

    /// The same for what is no message and gets no wamid: that a message was read, that somebody types.
    ///
    /// # Errors
    /// As [`Graph::send`].
    pub(crate) async fn tell(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        what: &serde_json::Value,
    ) -> Result<(), SendError> {
        self.ask(phone_number_id, token, what, TELL_TIMEOUT).await.map(drop)
    }

    /// Meta's yes: its status and its body.
    async fn ask(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        body: &serde_json::Value,
        patience: Duration,
    ) -> Result<(u16, Bytes), SendError> {
        let url = self.url(&[phone_number_id, "messages"]);
        let request = self.client.post(url).bearer_auth(token.expose_secret()).json(body).timeout(patience);
        let response = request.send().await.map_err(|e| not_answered(&e))?;
        let (status, http) = (response.status(), Some(response.status().as_u16()));
        let retry_after = retry_after(response.headers());
        let body = response.bytes().await.map_err(|e| SendError::Lost { why: words(&e), http })?;
        if status.is_success() {
            return Ok((status.as_u16(), body));
        }
        let refused = |error| SendError::Refused(Refusal { error, http: status.as_u16(), retry_after });
        match serde_json::from_slice::<Failure>(&body) {
            Ok(failure) => Err(refused(failure.error)),
            // A proxy on the way gave up: Meta may have had the request.
            Err(_) if status == reqwest::StatusCode::REQUEST_TIMEOUT || !status.is_client_error() => {
                Err(SendError::Lost { why: format!("HTTP {status}"), http })
            }
            Err(_) => Err(refused(GraphError {
                code: UNKNOWN_CODE,
                message: format!("HTTP {status}"),
                ..GraphError::default()
            })),
        }
    }
}

/// `Retry-After` in seconds; its other form, a date, is not used by Meta. More than a day is a mistake.
fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Millis> {
    let seconds: Millis = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    (0..=86_400).contains(&seconds).then_some(seconds * SECOND)
}

fn not_answered(error: &reqwest::Error) -> SendError {
    // `is_connect` holds before the first byte of the request only.
    if error.is_connect() || error.is_builder() {
        SendError::NotSent
    } else {
        SendError::Lost { why: words(error), http: None }
    }
}

fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() { "no answer in time".to_owned() } else { "the connection broke".to_owned() }
}

//! What Meta is asked: `GET /debug_token` and `GET /oauth/access_token`.
//!
//! Both carry secrets in their query, as Meta wants it: no address is logged, and what Meta answers is told without them.

use super::MetaApp;
use crate::send::Graph;
use domain::{
    meta::send::{Failure, GraphError},
    text::{preview, storable},
    time::{Millis, SECOND},
};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// A word that is longer may be a token, or a piece of one.
const WORD_LIMIT: usize = 30;

/// Meta's own trouble, and limits of how often an app may ask: no answer about the token. Source: Graph API, error handling.
const NOT_NOW: [i64; 6] = [2, 4, 17, 32, 341, 613];

/// Why there is no new token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum No {
    /// In words, without secrets.
    Refused(String),
    /// No answer: another try may help.
    NotNow(&'static str),
}

/// A new token, and until when Meta takes it: 0 for ever, `None` when it does not say.
pub(super) struct Renewed {
    pub token: SecretString,
    pub expires_at: Option<Millis>,
}

#[derive(Deserialize)]
struct Debugged {
    data: Inspected,
}

/// What Meta says of a token.
#[derive(Deserialize)]
pub(crate) struct Inspected {
    #[serde(default)]
    pub is_valid: bool,
    /// In seconds; 0 for ever.
    #[serde(default)]
    pub expires_at: i64,
    /// The app that it was made for.
    pub app_id: Option<String>,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// And with what.
    #[serde(default)]
    granular_scopes: Vec<Granular>,
}

#[derive(Deserialize)]
struct Granular {
    scope: String,
    /// None: with all.
    #[serde(default)]
    target_ids: Vec<String>,
}

impl Inspected {
    /// Whether it is for this account.
    pub fn reaches(&self, waba: &str) -> bool {
        let here = self.granular_scopes.iter().filter(|one| one.scope == "whatsapp_business_management");
        here.into_iter().all(|one| one.target_ids.is_empty() || one.target_ids.iter().any(|id| id == waba))
    }
}

#[derive(Deserialize)]
struct Exchanged {
    access_token: String,
    /// In seconds from now.
    expires_in: Option<i64>,
}

/// Until when Meta takes a token; 0 for ever.
pub(super) async fn expiry(graph: &Graph, app: &MetaApp, token: &SecretString) -> Result<Millis, No> {
    let request = |secret: &SecretString| {
        let mut url = graph.url(&["debug_token"]);
        url.query_pairs_mut().append_pair("input_token", token.expose_secret());
        let asking = format!("{}|{}", app.id, secret.expose_secret());
        graph.client().get(url).bearer_auth(asking)
    };
    let Inspected { is_valid, expires_at, .. } = with_each::<Debugged>(app, request).await?.data;
    if !is_valid {
        return Err(No::Refused("Meta does not know the token any more.".to_owned()));
    }
    Ok(expires_at.saturating_mul(SECOND).max(0))
}

/// All that Meta says of a token; without an app it is asked about itself.
pub(crate) async fn inspect(graph: &Graph, app: Option<&MetaApp>, token: &SecretString) -> Result<Inspected, No> {
    let mut url = graph.url(&["debug_token"]);
    url.query_pairs_mut().append_pair("input_token", token.expose_secret());
    let asked_by = |who: &str| graph.client().get(url.clone()).bearer_auth(who);
    let told: Debugged = match app {
        Some(app) => with_each(app, |secret| asked_by(&format!("{}|{}", app.id, secret.expose_secret()))).await?,
        None => answer(asked_by(token.expose_secret())).await?,
    };
    Ok(told.data)
}

/// A token for the one that is there.
pub(super) async fn exchange(graph: &Graph, app: &MetaApp, token: &SecretString, now: Millis) -> Result<Renewed, No> {
    let request = |secret: &SecretString| {
        let mut url = graph.url(&["oauth", "access_token"]);
        url.query_pairs_mut()
            .append_pair("grant_type", "fb_exchange_token")
            .append_pair("client_id", &app.id)
            .append_pair("client_secret", secret.expose_secret())
            .append_pair("set_token_expires_in_60_days", "true")
            .append_pair("fb_exchange_token", token.expose_secret());
        graph.client().get(url)
    };
    let Exchanged { access_token, expires_in } = with_each::<Exchanged>(app, request).await?;
    let access_token = SecretString::from(access_token);
    let token = access_token.expose_secret().trim();
    // As a token that somebody types in.
    if token.is_empty() || token.len() > crate::numbers::TOKEN_LIMIT || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(No::NotNow("Meta's answer holds no token"));
    }
    let expires_at = expires_in.map(|seconds| now + seconds.saturating_mul(SECOND));
    Ok(Renewed { token: SecretString::from(token), expires_at })
}

/// Asks with one secret of the app after the other, until Meta does not say no.
pub(crate) async fn with_each<T: DeserializeOwned>(
    app: &MetaApp,
    request: impl Fn(&SecretString) -> RequestBuilder,
) -> Result<T, No> {
    let mut said = Err(No::NotNow("the app has no secret"));
    for secret in &app.secrets {
        said = answer(request(secret)).await;
        if !matches!(said, Err(No::Refused(_))) {
            break;
        }
    }
    said
}

/// What Graph says to one request.
pub(crate) async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, No> {
    let response = request.timeout(PATIENCE).send().await;
    let response = response.map_err(|_| No::NotNow("Meta could not be reached"))?;
    let status = response.status();
    let body = response.bytes().await.map_err(|_| No::NotNow("Meta's answer broke off"))?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| No::NotNow("Meta's answer was not understood"));
    }
    match serde_json::from_slice::<Failure>(&body) {
        Ok(Failure { error }) if status.is_client_error() && status != 429 && !passes(&error) => {
            Err(No::Refused(words(&error)))
        }
        _ => Err(No::NotNow("Meta has trouble of its own")),
    }
}

fn passes(error: &GraphError) -> bool {
    error.is_transient || NOT_NOW.contains(&error.code)
}

/// Meta quotes what it was given: nothing that could be a token is told on.
fn words(error: &GraphError) -> String {
    let message = storable(&error.message);
    let plain = |word: &str| if word.chars().count() > WORD_LIMIT { "…".to_owned() } else { word.to_owned() };
    let message: Vec<_> = message.split_whitespace().map(plain).collect();
    format!("{} (code {})", preview(&message.join(" "), 300), error.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_told() {
        let token = format!("EAA{}", "x".repeat(60));
        let error =
            GraphError { code: 190, message: format!("Malformed access token {token}"), ..GraphError::default() };
        assert_eq!(words(&error), "Malformed access token … (code 190)");
    }
}

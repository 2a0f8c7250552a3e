//! Tokens that are renewed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::GraphError;
use crate::inner::Inner;
use crate::webhook::sign::sign;

/// A renewed token is valid for so many seconds.
const LIFE: i64 = 60 * 24 * 3_600;
/// Between the token that it comes from and when it ends.
const MARK: &str = "ZR";
/// Characters of the proof that it was made here.
const PROOF: usize = 16;

/// A token as somebody shows it. Nothing is remembered of those that were renewed: they stand after a restart.
pub(super) struct Held<'a> {
    /// The configured token that it comes from, or whatever else it is.
    pub root: &'a str,
    /// In Unix seconds; `None` for ever.
    pub ends: Option<i64>,
}

impl Held<'_> {
    /// `now` in Unix milliseconds.
    pub fn is_over(&self, now: i64) -> bool {
        self.ends.is_some_and(|ends| ends * 1_000 <= now)
    }
}

/// What stands in a token: `<root>ZR<ends>x<proof>`, or another text that is its own root.
pub(super) fn read<'a>(inner: &Inner, token: &'a str) -> Held<'a> {
    let renewed = || {
        let (root, rest) = token.rsplit_once(MARK)?;
        let ends = rest.split_once('x')?.0.parse().ok()?;
        (issue(inner, root, ends) == token).then_some(Held { root, ends: Some(ends) })
    };
    renewed().unwrap_or(Held { root: token, ends: None })
}

fn issue(inner: &Inner, root: &str, ends: i64) -> String {
    let token = format!("{root}{MARK}{ends}x");
    let proof = sign(&inner.config.app_secret, token.as_bytes());
    format!("{token}{}", &proof[proof.len() - PROOF..])
}

#[derive(Deserialize)]
pub(super) struct Exchange {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    set_token_expires_in_60_days: Option<String>,
    fb_exchange_token: Option<String>,
}

/// `GET /{version}/oauth/access_token`: a token for one that is still valid.
pub(super) async fn exchange(
    State(inner): State<Arc<Inner>>,
    Query(query): Query<Exchange>,
) -> Result<Json<Value>, GraphError> {
    let given =
        |value: Option<String>, name| value.filter(|value| !value.is_empty()).ok_or_else(|| GraphError::required(name));
    if given(query.client_id, "client_id")? != inner.config.app_id {
        return Err(GraphError::bad_app(
            "Error validating application. Cannot get application info due to a system error.",
            101,
        ));
    }
    if given(query.client_secret, "client_secret")? != inner.config.app_secret {
        return Err(GraphError::bad_app("Error validating client secret.", 1));
    }
    let grant = given(query.grant_type, "grant_type")?;
    if grant != "fb_exchange_token" {
        return Err(GraphError::one_of("grant_type", "fb_exchange_token", &grant));
    }
    let token = given(query.fb_exchange_token, "fb_exchange_token")?;
    let held = read(&inner, &token);
    let of: Vec<_> = inner.config.numbers.iter().filter(|number| number.token == held.root).collect();
    if of.is_empty() {
        return Err(GraphError::bad_token());
    }
    if held.is_over(inner.now()) {
        return Err(GraphError::ended_token());
    }
    {
        let faults = &inner.state().faults;
        let dead = |id: &String| faults.dead_tokens.contains(id);
        if faults.token_revoked || of.iter().any(|number| dead(&number.phone_number_id)) {
            return Err(GraphError::revoked_token());
        }
        if faults.renewal_refused {
            return Err(GraphError::param("This token cannot be refreshed."));
        }
    }
    // Without the wish for an end it is answered as it is.
    if query.set_token_expires_in_60_days.as_deref() != Some("true") {
        return Ok(Json(json!({ "access_token": token, "token_type": "bearer" })));
    }
    let renewed = issue(&inner, held.root, inner.now() / 1_000 + LIFE);
    Ok(Json(json!({ "access_token": renewed, "token_type": "bearer", "expires_in": LIFE })))
}

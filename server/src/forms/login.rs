use app::flash::Flash;
use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use services::accounts::{self, SignInError};
use tower_sessions::Session;

use super::back;
use crate::{
    layers::ClientAddr,
    sessions::{self, Unavailable},
    web::Web,
};

/// What the sign-in page sends.
#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    email: String,
    #[serde(default, deserialize_with = "secret")]
    password: SecretString,
    /// Where the person wanted to go.
    #[serde(default)]
    next: String,
}

/// `POST /login`
pub async fn sign_in(
    State(web): State<Web>,
    Extension(ClientAddr(address)): Extension<ClientAddr>,
    session: Session,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response, Unavailable> {
    let next = back::local(&form.next);
    let error = match accounts::sign_in(web.services(), &form.email, form.password.expose_secret(), address).await {
        Ok(who) => {
            sessions::begin(&session, who.user, agent(&headers)).await?;
            let cookie = [(header::SET_COOKIE, sessions::last_user_cookie(who.user, web.public_url()))];
            return Ok((AppendHeaders(cookie), back::to(next.unwrap_or("/"))).into_response());
        }
        Err(SignInError::Failed(error)) => {
            tracing::error!(%error, "a sign-in could not be looked at");
            services::Error::Unavailable.to_string()
        }
        Err(error) => error.to_string(),
    };
    let email = form.email.chars().take(254).collect();
    sessions::put_flash(&session, Flash { error: Some(error), email: Some(email), text: None }).await;
    Ok(again(next).into_response())
}

/// `POST /logout`
pub async fn sign_out(session: Session) -> Result<Redirect, Unavailable> {
    sessions::end(&session).await?;
    Ok(Redirect::to("/login"))
}

/// The browser's name for itself, by which a person recognises their sessions.
pub fn agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok())
}

fn again(next: Option<&str>) -> Redirect {
    next.map_or_else(|| Redirect::to("/login"), back::login_for)
}

pub(super) fn secret<'de, D: Deserializer<'de>>(value: D) -> Result<SecretString, D::Error> {
    String::deserialize(value).map(SecretString::from)
}

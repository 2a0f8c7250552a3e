use app::flash::Flash;
use axum::{
    Extension, Form,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use services::{
    Origin,
    accounts::{self, CurrentSession, Passed, SignInError, SignedIn},
};
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

/// `POST /login`: with a second factor, to the page that asks for a code.
pub async fn sign_in(
    State(web): State<Web>,
    Extension(ClientAddr(address)): Extension<ClientAddr>,
    session: Session,
    origin: Option<Extension<Origin>>,
    Form(form): Form<SignIn>,
) -> Result<Response, Unavailable> {
    let next = back::local(&form.next);
    let error = match accounts::sign_in(web.services(), &form.email, form.password.expose_secret(), address).await {
        Ok(Passed { waiting: Some(waiting), .. }) => {
            sessions::wait(&session, waiting, next.unwrap_or_default()).await?;
            return Ok(Redirect::to(CODE).into_response());
        }
        Ok(passed) => return inside(&web, &session, &passed, origin, next).await,
        Err(error) => words(&error),
    };
    let email = form.email.chars().take(254).collect();
    sessions::put_flash(&session, Flash { error: Some(error), email: Some(email), text: None }).await;
    Ok(again(next).into_response())
}

const CODE: &str = "/login/code";

/// What the page that asks for a code sends.
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// `POST /login/code`
pub async fn second_step(
    State(web): State<Web>,
    session: Session,
    origin: Option<Extension<Origin>>,
    Form(Code { code }): Form<Code>,
) -> Result<Response, Unavailable> {
    let Some((waiting, next)) = sessions::waiting(&session).await? else {
        return Ok(again(None).into_response());
    };
    let next = back::local(&next);
    let from = origin.as_ref().map(|Extension(origin)| origin.clone()).unwrap_or_default();
    let error = match accounts::sign_in_with_code(web.services(), &waiting, &code, &from).await {
        Ok(passed) => return inside(&web, &session, &passed, origin, next).await,
        Err(error) => error,
    };
    let too_late = matches!(error, SignInError::TooLate);
    if too_late {
        sessions::wait_no_more(&session).await?;
    }
    sessions::put_flash(&session, Flash { error: Some(words(&error)), ..Flash::default() }).await;
    Ok(if too_late { again(next) } else { Redirect::to(CODE) }.into_response())
}

async fn inside(
    web: &Web,
    session: &Session,
    passed: &Passed,
    origin: Option<Extension<Origin>>,
    next: Option<&str>,
) -> Result<Response, Unavailable> {
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    if !sessions::begin_with(web.services(), session, passed, &origin).await? {
        let error = Some(SignInError::TooLate.to_string());
        sessions::put_flash(session, Flash { error, ..Flash::default() }).await;
        return Ok(again(next).into_response());
    }
    let cookie = [(header::SET_COOKIE, sessions::last_user_cookie(passed.user, web.public_url()))];
    Ok((AppendHeaders(cookie), back::to(next.unwrap_or("/"))).into_response())
}

/// What the person is told.
fn words(error: &SignInError) -> String {
    if let SignInError::Failed(error) = error {
        tracing::error!(%error, "a sign-in could not be looked at");
        return services::Error::Unavailable.to_string();
    }
    error.to_string()
}

/// `POST /logout`
pub async fn sign_out(
    State(web): State<Web>,
    session: Session,
    signed_in: Option<Extension<SignedIn>>,
    current: Option<Extension<CurrentSession>>,
    origin: Option<Extension<Origin>>,
) -> Result<Redirect, Unavailable> {
    if let (Some(Extension(who)), Some(Extension(CurrentSession(handle)))) = (signed_in, current) {
        let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
        if let Err(error) = accounts::sign_out(web.services(), who.user, &handle, &origin).await {
            tracing::error!(%error, "a session could not be ended");
            return Err(Unavailable);
        }
    }
    sessions::end(&session).await?;
    Ok(Redirect::to("/login"))
}

fn again(next: Option<&str>) -> Redirect {
    next.map_or_else(|| Redirect::to("/login"), back::login_for)
}

pub(super) fn secret<'de, D: Deserializer<'de>>(value: D) -> Result<SecretString, D::Error> {
    String::deserialize(value).map(SecretString::from)
}

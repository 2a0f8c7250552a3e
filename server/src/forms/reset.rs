//! A new password by a link. The link itself changes nothing: programs that look at links in mails open them too.

use app::flash::Flash;
use axum::{
    Extension, Form, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::{
    Error, Origin,
    accounts::{SignInError, reset},
};
use tower_sessions::Session;

use super::{back, login::secret, security::words};
use crate::{
    layers::RequestId,
    sessions::{self, Unavailable},
    web::Web,
};

pub(super) fn router() -> Router<Web> {
    Router::new().route("/forgot", post(ask)).route("/reset/{token}", post(save))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    email: String,
}

/// `POST /forgot`: the same answer whether or not somebody has this address.
async fn ask(
    State(web): State<Web>,
    session: Session,
    origin: Option<Extension<Origin>>,
    Form(Asked { email }): Form<Asked>,
) -> Redirect {
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let error = match reset::ask(web.services(), &email, &origin).await {
        Ok(_goes_on) => {
            let done = "If somebody signs in with this address, a link is on its way to it. It works for an hour.";
            sessions::put_done(&session, done).await;
            return Redirect::to("/forgot");
        }
        Err(SignInError::Failed(error)) => {
            tracing::error!(%error, "a link for a new password could not be asked for");
            Error::Unavailable.to_string()
        }
        Err(error) => error.to_string(),
    };
    let email = Some(email.chars().take(254).collect());
    sessions::put_flash(&session, Flash { error: Some(error), email, text: None }).await;
    Redirect::to("/forgot")
}

#[derive(Deserialize)]
struct Link {
    #[serde(deserialize_with = "secret")]
    token: SecretString,
}

#[derive(Deserialize)]
struct New {
    #[serde(default, deserialize_with = "secret")]
    password: SecretString,
}

/// `POST /reset/{token}`: whoever is signed in in this browser is so no more.
async fn save(
    State(web): State<Web>,
    Path(link): Path<Link>,
    session: Session,
    origin: Option<Extension<Origin>>,
    request: Option<Extension<RequestId>>,
    Form(New { password }): Form<New>,
) -> Result<Response, Unavailable> {
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    match reset::save(web.services(), &link.token, password.expose_secret(), &origin).await {
        Ok(_) => {
            sessions::end(&session).await?;
            sessions::put_done(&session, "Your password is changed. Sign in with the new one.").await;
            Ok(Redirect::to("/login").into_response())
        }
        Err(Error::Domain(domain::Error::NotFound)) => Ok(StatusCode::NOT_FOUND.into_response()),
        Err(error) => {
            let error = Some(words(error, request));
            sessions::put_flash(&session, Flash { error, ..Flash::default() }).await;
            Ok(back::to(&format!("/reset/{}", link.token.expose_secret())).into_response())
        }
    }
}

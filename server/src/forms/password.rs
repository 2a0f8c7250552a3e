use app::flash::Flash;
use axum::{
    Extension, Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::{
    Error,
    accounts::{self, SignedIn},
};
use tower_sessions::Session;

use super::{back, login::secret};
use crate::{
    sessions::{self, Unavailable},
    web::Web,
};

#[derive(Deserialize)]
pub struct Change {
    #[serde(default, deserialize_with = "secret")]
    current: SecretString,
    #[serde(default, deserialize_with = "secret")]
    new: SecretString,
}

/// `POST /account/password`. Everywhere else the person is signed out; here the session goes on under a new id.
pub async fn change(
    State(web): State<Web>,
    session: Session,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
    Form(form): Form<Change>,
) -> Result<Response, Unavailable> {
    let page = back::page(&headers, web.public_url()).unwrap_or_else(|| "/".to_owned());
    let Some(Extension(SignedIn { user, .. })) = signed_in else { return Ok(back::login_for(&page).into_response()) };
    let (old, new) = (form.current.expose_secret(), form.new.expose_secret());
    let error = match accounts::change_password(web.services(), user, old, new, session.id()).await {
        Ok(()) => {
            sessions::renew(&session).await?;
            return Ok(back::to(&page).into_response());
        }
        Err(Error::SignedOut) => return Ok(back::login_for(&page).into_response()),
        Err(Error::Internal(why)) => {
            tracing::error!(why, "a password could not be changed");
            Error::Unavailable.to_string()
        }
        Err(error) => error.to_string(),
    };
    sessions::put_flash(&session, Flash { error: Some(error), ..Flash::default() }).await;
    Ok(back::to(&page).into_response())
}

//! Accepting an invitation. The link itself changes nothing: programs that look at links in mails open them too.

use app::flash::Flash;
use axum::{
    Extension, Form, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::{
    Error, Origin,
    accounts::{CurrentSession, SignedIn},
    team::invitations::{self, Joining},
};
use tower_sessions::Session;

use super::{
    back,
    login::{self, secret},
};
use crate::{
    layers::RequestId,
    sessions::{self, Unavailable},
    web::Web,
};

/// Of a name that is shown again.
const NAME_SHOWN: usize = 100;

pub(super) fn router() -> Router<Web> {
    Router::new().route("/invite/{token}", post(accept)).route("/invite/{token}/sign-out", post(sign_out))
}

#[derive(Deserialize)]
struct Link {
    #[serde(deserialize_with = "secret")]
    token: SecretString,
}

impl Link {
    /// The page of the invitation.
    fn page(&self) -> String {
        format!("/invite/{}", self.token.expose_secret())
    }
}

/// What a new person says; somebody who is signed in says nothing.
#[derive(Deserialize)]
struct NewPerson {
    #[serde(default)]
    name: String,
    #[serde(default, deserialize_with = "secret")]
    password: SecretString,
}

/// `POST /invite/{token}`: a new person is signed in with it.
async fn accept(
    State(web): State<Web>,
    Path(link): Path<Link>,
    session: Session,
    signed_in: Option<Extension<SignedIn>>,
    origin: Option<Extension<Origin>>,
    request: Option<Extension<RequestId>>,
    Form(NewPerson { name, password }): Form<NewPerson>,
) -> Result<Response, Unavailable> {
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let text = Some(name.chars().take(NAME_SHOWN).collect());
    let joining = match &signed_in {
        Some(Extension(who)) => Joining::SignedIn(who.user),
        None => Joining::New { name, password },
    };
    let error = match invitations::accept(web.services(), &link.token, joining, &origin).await {
        Ok(joined) => {
            let inbox = back::to(&format!("/w/{}/inbox", joined.workspace));
            if signed_in.is_some() {
                return Ok(inbox.into_response());
            }
            sessions::begin(web.services(), &session, joined.user, &origin).await?;
            let cookie = [(header::SET_COOKIE, sessions::last_user_cookie(joined.user, web.public_url()))];
            return Ok((AppendHeaders(cookie), inbox).into_response());
        }
        Err(Error::Domain(domain::Error::NotFound)) => return Ok(StatusCode::NOT_FOUND.into_response()),
        // The page says why by itself.
        Err(Error::Gone(_)) => None,
        Err(Error::Internal(why)) => {
            let id = request.map(|Extension(id)| id.0.to_string()).unwrap_or_default();
            tracing::error!(why, "an invitation could not be accepted");
            Some(format!("Something went wrong on our side. If it stays, report this id: {id}"))
        }
        Err(error) => Some(error.to_string()),
    };
    if error.is_some() {
        sessions::put_flash(&session, Flash { error, text, email: None }).await;
    }
    Ok(back::to(&link.page()).into_response())
}

/// `POST /invite/{token}/sign-out`: for whoever is signed in as somebody else.
async fn sign_out(
    State(web): State<Web>,
    Path(link): Path<Link>,
    session: Session,
    signed_in: Option<Extension<SignedIn>>,
    current: Option<Extension<CurrentSession>>,
    origin: Option<Extension<Origin>>,
) -> Result<Response, Unavailable> {
    // The same as at /logout; only the page after it is another.
    let _ = login::sign_out(State(web), session, signed_in, current, origin).await?;
    Ok(back::to(&link.page()).into_response())
}

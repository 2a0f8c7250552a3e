//! The person's own account: second factor, recovery codes, sessions.

use app::flash::Flash;
use axum::{
    Extension, Form, Router,
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::id::UserId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::{
    Error, Origin,
    accounts::{
        self, SignedIn,
        totp::{self, Confirmed},
    },
};
use tower_sessions::Session;

use super::{back, login::secret};
use crate::{
    layers::RequestId,
    sessions::{self, Unavailable},
    web::Web,
};

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/account/second-factor", post(begin))
        .route("/account/second-factor/confirm", post(confirm))
        .route("/account/second-factor/cancel", post(cancel))
        .route("/account/second-factor/off", post(turn_off))
        .route("/account/recovery-codes", post(new_codes))
        .route("/account/sessions/end", post(end_session))
        .route("/account/sessions/end-others", post(end_others))
}

/// Whose account, and the page that the form stood on.
pub(super) struct Own {
    pub user: UserId,
    pub session: Session,
    pub origin: Origin,
    request: Option<RequestId>,
    page: String,
}

impl FromRequestParts<Web> for Own {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let page = back::page(&parts.headers, web.public_url()).unwrap_or_else(|| "/".to_owned());
        let Some(SignedIn { user, .. }) = parts.extensions.get() else {
            return Err(back::login_for(&page).into_response());
        };
        let user = *user;
        let session = Session::from_request_parts(parts, web).await.map_err(IntoResponse::into_response)?;
        let origin = parts.extensions.get().cloned().unwrap_or_default();
        Ok(Self { user, session, origin, request: parts.extensions.get().copied(), page })
    }
}

impl Own {
    /// Back to the page, which says what was done.
    pub async fn done(self, said: &str) -> Result<Response, Unavailable> {
        sessions::put_done(&self.session, said).await;
        Ok(back::to(&self.page).into_response())
    }

    /// Back to the page, which says what is wrong.
    pub async fn refused(self, error: Error) -> Result<Response, Unavailable> {
        if matches!(error, Error::SignedOut) {
            return Ok(back::login_for(&self.page).into_response());
        }
        let error = Some(words(error, self.request.map(Extension)));
        sessions::put_flash(&self.session, Flash { error, ..Flash::default() }).await;
        Ok(back::to(&self.page).into_response())
    }
}

/// What the person is told.
pub(super) fn words(error: Error, request: Option<Extension<RequestId>>) -> String {
    match error {
        Error::Internal(why) => {
            let id = request.map(|Extension(id)| id.0.to_string()).unwrap_or_default();
            tracing::error!(why, "a form about an account failed");
            format!("Something went wrong on our side. If it stays, report this id: {id}")
        }
        error => error.to_string(),
    }
}

#[derive(Deserialize)]
struct Password {
    #[serde(default, deserialize_with = "secret")]
    password: SecretString,
}

/// `POST /account/second-factor`: the page then shows a key to scan.
async fn begin(State(web): State<Web>, own: Own, Form(form): Form<Password>) -> Result<Response, Unavailable> {
    match totp::begin(web.services(), own.user, form.password.expose_secret()).await {
        Ok(sealed) => {
            sessions::put_setup(&own.session, Some(sealed)).await?;
            Ok(back::to(&own.page).into_response())
        }
        Err(error) => own.refused(error).await,
    }
}

#[derive(Deserialize)]
struct Code {
    #[serde(default)]
    code: String,
}

/// `POST /account/second-factor/confirm`: the page then shows the recovery codes, once. Everywhere else the person is signed out;
/// here the session goes on under a new id.
async fn confirm(State(web): State<Web>, own: Own, Form(Code { code }): Form<Code>) -> Result<Response, Unavailable> {
    let Some(sealed) = sessions::setup(&own.session).await? else {
        return own.refused(Error::Conflict("Start again with a new key.".to_owned())).await;
    };
    match totp::confirm(web.services(), own.user, &sealed, &code, own.session.id(), &own.origin).await {
        Ok(Confirmed { codes, proof }) => {
            sessions::put_setup(&own.session, None).await?;
            sessions::put_codes(&own.session, codes.seal(web.services(), own.user)).await?;
            sessions::renew(&own.session, proof).await?;
            own.done("Two-step sign-in is on. Put the recovery codes in a safe place now. Everywhere else you are signed out.").await
        }
        Err(error) => own.refused(error).await,
    }
}

/// `POST /account/second-factor/cancel`: nothing has changed.
async fn cancel(own: Own) -> Result<Response, Unavailable> {
    sessions::put_setup(&own.session, None).await?;
    Ok(back::to(&own.page).into_response())
}

/// `POST /account/second-factor/off`
async fn turn_off(State(web): State<Web>, own: Own, Form(form): Form<Password>) -> Result<Response, Unavailable> {
    match totp::disable(web.services(), own.user, form.password.expose_secret(), &own.origin).await {
        Ok(()) => own.done("Two-step sign-in is off.").await,
        Err(error) => own.refused(error).await,
    }
}

/// `POST /account/recovery-codes`
async fn new_codes(State(web): State<Web>, own: Own, Form(form): Form<Password>) -> Result<Response, Unavailable> {
    let password = form.password.expose_secret();
    match totp::renew_recovery_codes(web.services(), own.user, password, &own.origin).await {
        Ok(codes) => {
            sessions::put_codes(&own.session, codes.seal(web.services(), own.user)).await?;
            own.done("These are your new recovery codes. The old ones work no more.").await
        }
        Err(error) => own.refused(error).await,
    }
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    session: String,
}

/// `POST /account/sessions/end`
async fn end_session(State(web): State<Web>, own: Own, Form(form): Form<Which>) -> Result<Response, Unavailable> {
    match accounts::end_session(web.services(), own.user, &form.session, &own.origin).await {
        Ok(()) => own.done("Signed out there.").await,
        // Ended meanwhile, which is as wanted.
        Err(Error::Domain(domain::Error::NotFound)) => own.done("That session had ended already.").await,
        Err(error) => own.refused(error).await,
    }
}

/// `POST /account/sessions/end-others`
async fn end_others(State(web): State<Web>, own: Own) -> Result<Response, Unavailable> {
    let Some(id) = own.session.id() else { return own.refused(Error::SignedOut).await };
    match accounts::end_other_sessions(web.services(), own.user, id, &own.origin).await {
        Ok(0) => own.done("You are signed in nowhere else.").await,
        Ok(1) => own.done("Signed out in one other place.").await,
        Ok(ended) => own.done(&format!("Signed out in {ended} other places.")).await,
        Err(error) => own.refused(error).await,
    }
}

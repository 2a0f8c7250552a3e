use axum::{
    Extension, Form,
    extract::State,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use domain::id::UserId;
use serde::Deserialize;
use services::{Origin, accounts};
use tower_sessions::Session;

use super::back;
use crate::{sessions, web::Web};

#[derive(Deserialize)]
pub struct Chosen {
    member: UserId,
    #[serde(default)]
    next: String,
}

/// `POST /demo/sign-in`: one of the demo's members, without a password. The route exists in demo mode only, and the use case
/// looks at the database's own mark once more.
pub async fn sign_in(
    State(web): State<Web>,
    session: Session,
    origin: Option<Extension<Origin>>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    match accounts::sign_in_demo(web.services(), chosen.member).await {
        Ok(who) => match sessions::begin(web.services(), &session, who.user, &origin).await {
            Ok(()) => {
                let cookie = [(header::SET_COOKIE, sessions::last_user_cookie(who.user, web.public_url()))];
                (AppendHeaders(cookie), back::to(back::local(&chosen.next).unwrap_or("/"))).into_response()
            }
            Err(unavailable) => unavailable.into_response(),
        },
        Err(services::Error::Domain(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "signing in to the demo");
            sessions::Unavailable.into_response()
        }
    }
}

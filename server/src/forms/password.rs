use axum::{Form, extract::State, response::Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use services::accounts;

use super::{login::secret, security::Own};
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
pub async fn change(State(web): State<Web>, own: Own, Form(form): Form<Change>) -> Result<Response, Unavailable> {
    let passwords = (form.current.expose_secret(), form.new.expose_secret());
    match accounts::change_password(web.services(), own.user, passwords, own.session.id(), &own.origin).await {
        Ok(proof) => {
            sessions::renew(&own.session, proof).await?;
            own.done("Your password is changed. Everywhere else you are signed out.").await
        }
        Err(error) => own.refused(error).await,
    }
}

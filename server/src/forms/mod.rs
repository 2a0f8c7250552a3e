//! Plain forms: they work without WebAssembly. Each answers 303; what went wrong, and what was typed, waits in the session.

mod ask;
mod back;
mod conversation;
mod demo;
mod invite;
mod login;
mod password;
mod reset;
mod security;
mod theme;

pub use ask::Ask;
pub use back::{local, login_for};

use axum::{Router, routing::post};

use crate::web::Web;

/// All of them. Signing in with one click exists in demo mode only.
pub fn router(web: &Web) -> Router<Web> {
    let router = Router::new()
        .route("/login", post(login::sign_in))
        .route("/login/code", post(login::second_step))
        .route("/logout", post(login::sign_out))
        .route("/account/password", post(password::change))
        .route("/theme", post(theme::choose))
        .merge(conversation::router())
        .merge(invite::router())
        .merge(reset::router())
        .merge(security::router());
    if web.demo().is_some() { router.route("/demo/sign-in", post(demo::sign_in)) } else { router }
}

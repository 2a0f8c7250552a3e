//! Which address leads where, and what stands around it.

use std::sync::Arc;

use axum::{Router, http::HeaderMap, middleware, routing::get};

use crate::{
    api, assets, export, files, forms, health, layers, media, pages, sessions, sse, uploads,
    web::Web,
    webhook::{self, Webhooks},
};

/// The whole process as one service.
pub fn router(web: &Web, webhooks: Arc<Webhooks>) -> Router {
    // Whatever knows who is asking.
    let personal = pages::router(web)
        .merge(forms::router(web))
        .merge(sse::router())
        .merge(export::router())
        .merge(media::router())
        .merge(files::router())
        .merge(uploads::router())
        .merge(api::router(web))
        .layer(middleware::from_fn_with_state(web.clone(), sessions::identify))
        .layer(sessions::layer(web.services(), web.public_url()))
        .layer(middleware::from_fn(sessions::spare_the_cookie));
    // What is the same for everybody.
    let mut public = Router::new()
        .merge(assets::router())
        .merge(health::router())
        .route("/favicon.ico", get(async |headers: HeaderMap| assets::serve_public("favicon.svg", &headers)))
        .route("/notice.wav", get(async |headers: HeaderMap| assets::serve_public("notice.wav", &headers)))
        // It shows what is pushed; under this address it may do so for all pages.
        .route("/push.js", get(async |headers: HeaderMap| assets::serve_public("push.js", &headers)));
    if let Some(demo) = web.demo() {
        public = public.merge(demo.simulator.phone_router().with_state(()));
    }
    let layered = layers::around(personal.merge(public), health::alive(), web).layer(middleware::from_fn(api::shaped));
    // Outside of the layers: the webhook has no session, and its road is kept short.
    layered.merge(webhook::router(webhooks)).with_state(web.clone())
}

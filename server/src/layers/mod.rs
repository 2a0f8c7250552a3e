//! What stands around every page, form and stream. The webhook stands outside.

mod client;
mod headers;
mod limits;
mod observe;
mod origin;

pub use client::ClientAddr;
pub(crate) use client::address_of;
pub use headers::content_security_policy;
pub use observe::RequestId;

use std::sync::Arc;

use axum::{Router, middleware};
use tokio::sync::Semaphore;

use crate::web::Web;

/// Requests that are worked on at a time; who comes later waits a little.
const AT_A_TIME: usize = 256;

/// Puts the layers around `router`, the outermost last. What is in `always` never waits for a place.
pub fn around(router: Router<Web>, always: Router<Web>, web: &Web) -> Router<Web> {
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut router = router
        .layer(middleware::from_fn(limits::body))
        .layer(middleware::from_fn_with_state(web.clone(), origin::same_origin))
        .layer(middleware::from_fn_with_state(web.clone(), client::client_addr))
        .layer(middleware::from_fn_with_state(places, limits::places))
        .merge(always);
    if web.demo().is_some() {
        router = router.layer(middleware::from_fn_with_state(web.clone(), origin::loopback_host));
    }
    router
        .layer(middleware::from_fn_with_state(web.public_url().is_https(), headers::security_headers))
        .layer(middleware::from_fn(observe::observe))
}

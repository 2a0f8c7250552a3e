//! `GET` and `POST /webhooks/meta`: the door that Meta uses.
//!
//! Mounted outside of every layer: nothing here has a session, and the road from socket to journal stays short.

mod body;
mod deliver;
mod handshake;
mod in_flight;
mod refused;
mod signature;

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use ipnet::IpNet;
use secrecy::SecretString;
use services::Services;

use in_flight::InFlight;
use refused::Refusals;
use signature::Keys;

/// What a delivery may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one body, in bytes. Meta documents at most 3 MB.
    pub body: usize,
    /// Of all bodies that are being read or written down, in bytes.
    pub in_flight: usize,
    /// For a body to arrive.
    pub body_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 4 << 20, in_flight: 64 << 20, body_within: Duration::from_secs(10) }
    }
}

/// The state behind the route.
pub struct Webhooks {
    services: Services,
    keys: Keys,
    verify_token: Option<SecretString>,
    limits: Limits,
    in_flight: InFlight,
    refusals: Refusals,
    trusted_proxies: Vec<IpNet>,
}

impl Webhooks {
    pub fn new(
        services: Services,
        app_secrets: &[SecretString],
        verify_token: Option<SecretString>,
        limits: Limits,
    ) -> Self {
        Self {
            services,
            keys: Keys::new(app_secrets),
            verify_token,
            limits,
            in_flight: InFlight::new(limits.in_flight),
            refusals: Refusals::default(),
            trusted_proxies: Vec::new(),
        }
    }

    /// Believes these about where a request came from.
    #[must_use]
    pub fn behind(self, trusted_proxies: Vec<IpNet>) -> Self {
        Self { trusted_proxies, ..self }
    }

    /// Deliveries answered with 401 since the start.
    pub fn refused(&self) -> u64 {
        self.refusals.total()
    }

    /// Notes in the database how many deliveries were refused.
    pub async fn save_refused(&self) {
        self.refusals.save(&self.services).await;
    }

    /// Does so every minute, for ever.
    pub async fn keep_saving(&self) {
        loop {
            tokio::time::sleep(Duration::from_secs(refused::QUIET_SECONDS)).await;
            self.save_refused().await;
        }
    }
}

/// The route, complete with its state.
pub fn router<S: Clone + Send + Sync + 'static>(webhooks: Arc<Webhooks>) -> Router<S> {
    Router::new().route("/webhooks/meta", get(handshake::handshake).post(deliver::deliver)).with_state(webhooks)
}

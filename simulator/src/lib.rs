//! A stand-in for Meta's Graph API and for customers' phones.
//!
//! It signs and posts webhooks as Meta does, answers the Graph endpoints the product uses with
//! Meta's shapes and refusals, and goes wrong on demand. It shares no code with what it tests:
//! the JSON types and the checks are its own.

mod config;
mod counters;
mod faults;
mod files;
mod graph;
mod ids;
mod inner;
mod ledger;
mod limits;
mod phone;
mod state;
mod templates;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde::Serialize;
use tokio::task::JoinHandle;

pub use config::{Config, Customer, Number, Reads, Timing};
pub use counters::Counters;
pub use faults::{Fault, Faults};
pub use ledger::Sent;
pub use limits::{Limits, Pace};
pub use state::{Line, Marks, Reply, Tick};
pub use templates::{Button, Component, Template};
pub use webhook::sign::{meta_json, sign};

use inner::Inner;
use webhook::body::Said;

/// One simulated network. Clones share everything.
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

impl Simulator {
    /// Builds it; nothing moves before [`start`](Self::start).
    ///
    /// # Panics
    /// Where the ledger file cannot be opened; [`try_new`](Self::try_new) returns that error.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self::try_new(config).expect("the ledger file of the simulator can be opened")
    }

    /// Builds it.
    ///
    /// # Errors
    /// Where the ledger file cannot be opened or the HTTP client cannot be built.
    pub fn try_new(config: Config) -> std::io::Result<Self> {
        Ok(Self { inner: Arc::new(Inner::new(config)?) })
    }

    /// Graph: messages, numbers, subscriptions, `debug_token`. Any other path gets Meta's
    /// error shape.
    pub fn graph_router(&self) -> Router {
        graph::router(self.inner.clone())
    }

    /// The phone page and its API, all under `/simulator`.
    pub fn phone_router(&self) -> Router {
        phone::router(self.inner.clone())
    }

    /// Starts delivering webhooks, including those queued before. Abort the handle to stop.
    /// A second call does nothing.
    pub fn start(&self) -> JoinHandle<()> {
        tokio::spawn(webhook::engine::run(self.inner.clone()))
    }

    /// A customer writes: queues the signed webhook and returns the message's wamid.
    #[expect(clippy::unused_async, reason = "callers may rely on a point of suspension here")]
    pub async fn customer_says(&self, phone_number_id: &str, customer: Customer, text: impl Into<String>) -> String {
        self.inner.customer_says(phone_number_id, &customer, &Said::Text(text.into()))
    }

    /// The customer stops a number's marketing on their phone (`user_preferences`), or takes it back.
    pub fn customer_prefers(&self, phone_number_id: &str, customer: &Customer, stop: bool) {
        if let Some(number) = self.inner.number(phone_number_id) {
            self.inner.customer_prefers(number, customer, stop);
        }
    }

    /// What may be sent how fast from now on; what was sent already counts.
    pub fn set_limits(&self, limits: Limits) {
        self.inner.state().limits = limits;
    }

    /// How fast each number's sends came.
    #[must_use]
    pub fn paces(&self) -> BTreeMap<String, Pace> {
        self.inner.state().used.paces()
    }

    /// The token of a number dies, or works again.
    pub fn set_token_dead(&self, phone_number_id: &str, dead: bool) {
        let mut faults = self.faults();
        faults.dead_tokens.retain(|id| id != phone_number_id);
        if dead {
            faults.dead_tokens.push(phone_number_id.to_owned());
        }
        self.inner.set_faults(faults);
    }

    /// Signs and posts any JSON as a webhook, with redelivery.
    pub fn post_webhook(&self, body: &impl Serialize) {
        self.inner.post_raw(meta_json(body));
    }

    /// Opens a customer's chat: what was delivered becomes read.
    pub fn open_chat(&self, phone_number_id: &str, customer: &Customer) {
        self.inner.open_chat(phone_number_id, customer.key());
    }

    /// Puts a past exchange on a customer's phone without any webhook; the 24-hour window
    /// counts from the customer's last line.
    pub fn seed_chat(&self, phone_number_id: &str, customer: &Customer, lines: Vec<Line>) {
        self.inner.seed_chat(phone_number_id, customer, lines);
    }

    /// Everything Graph accepted, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.inner.state().ledger.sends.clone()
    }

    /// Customers' messages whose webhook was answered with 200, in the order of the answers.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<String> {
        self.inner.state().acknowledged.clone()
    }

    /// What was counted so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.inner.state().counters
    }

    /// The faults as they stand, with what is left of each `next`.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.inner.state().faults.clone()
    }

    /// Replaces all faults.
    pub fn set_faults(&self, faults: Faults) {
        self.inner.set_faults(faults);
    }

    /// Sends webhooks elsewhere from the next try on.
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.inner.state().webhook_url = url.into();
    }

    /// Moves the simulator's clock forward; windows close and time stamps follow, no waiting.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// The simulator's clock in Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.inner.now()
    }

    /// Waits until no webhook is queued, under way or waiting for another try.
    pub async fn settled(&self) {
        let mut pending = self.inner.pending.subscribe();
        // The sender lives in `inner`, so this cannot fail.
        let _ = pending.wait_for(|n| *n == 0).await;
    }

    /// Ends live streams and hanging answers, so that a server can shut down gracefully.
    pub fn close(&self) {
        self.inner.closed.cancel();
    }
}

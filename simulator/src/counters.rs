//! Plain counts, for tests and the load tools.

use serde::Serialize;

/// Counts since the simulator was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Sends Graph accepted (whether or not the answer arrived).
    pub accepted: u64,
    /// Requests refused as Meta would refuse them.
    pub refused: u64,
    /// Requests hit by a fault.
    pub faulted: u64,
    /// Messages from customers.
    pub inbound: u64,
    /// Statuses queued: sent, delivered, read, failed.
    pub statuses: u64,
    /// POSTs made to the webhook.
    pub posts: u64,
    /// Webhooks answered with 200.
    pub delivered: u64,
    /// POSTs that were not answered with 200.
    pub failed_posts: u64,
    /// POSTs that repeated a failed one.
    pub redelivered: u64,
    /// Webhooks given up after the time allowed.
    pub given_up: u64,
    /// Webhooks that were dropped: by fault, or for want of a subscription.
    pub dropped: u64,
}

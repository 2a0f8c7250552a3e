//! Web Push: browsers are told what their member wants to know, also while no page is open.
//!
//! A browser's push service is given an encrypted message (RFC 8291) with a signed word about who sends it (RFC
//! 8292). What is to be told is a row, written in the transaction of what it tells; a worker sends it, a bounded
//! number of times.

mod address;
mod encrypt;
mod keys;
mod message;
mod road;
mod subscribe;
mod want;
mod worker;

pub use keys::public_key;
pub use road::Road;
pub use subscribe::{Asked, Subscription, forget, subscribe, subscriptions};
pub use worker::deliver_due;

pub(crate) use want::{want_for, want_messages};
pub(crate) use worker::worker;

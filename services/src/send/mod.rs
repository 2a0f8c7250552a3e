//! From a queued message to Meta.
//!
//! Each number has a lane. One process at a time sends for it, at its pace, in the order of writing per conversation. A message
//! is `sending` in the database before its request leaves, so after a crash it is known that it may have gone out. Meta has no
//! idempotency key: a lost answer is never repeated by itself, a status webhook with our id settles it.
//!
//! [`Engine`] claims in groups and writes outcomes in groups; in between [`depart`] sends one message at its slot. See
//! docs/adr/0007-sending-in-lanes.md.

mod account;
mod attempts;
mod candidate;
mod claim;
mod claims;
mod depart;
mod discard;
mod dispatch;
mod engine;
mod enqueue;
mod graph;
mod guard;
mod lane;
mod open_ends;
mod outcome;
mod pace;
mod park;
mod pause;
mod restored;
mod retry_now;
mod settle;
mod store;
mod undelivered;

pub use attempts::{Attempt, attempts, history};
pub use candidate::Candidate;
pub use depart::{Claimed, depart};
pub use discard::discard;
pub use engine::Engine;
pub use graph::{Graph, GraphUrlError, Refusal, SendError};
pub use park::{Park, Scope, parks, resume};
pub use pause::{PAUSED, pause, paused, resume_number};
pub use retry_now::retry_now;
pub use store::NewAttempt;

pub(crate) use account::account_news;
pub(crate) use discard::{locked, withdraw};
pub(crate) use dispatch::IN_FLIGHT;
pub(crate) use enqueue::{New, enqueue, queued, taken};
pub(crate) use outcome::CONFIRMED_WITHIN;
pub(crate) use park::{NewPark, blocked_by, connected, park};
pub(crate) use restored::hold_restored;
pub(crate) use store::reported;
pub(crate) use undelivered::{comes_back, is_over, passes, try_again};

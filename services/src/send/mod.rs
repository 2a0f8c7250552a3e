//! From a queued message to Meta.
//!
//! A message is `sending` in the database before its request leaves, so after a crash it is known that it may have gone out.
//! Meta has no idempotency key: a lost answer is never repeated by itself, a status webhook with our id settles it.

mod deliver;
mod graph;
mod lane;
mod outcome;
mod park;

pub use deliver::deliver;
pub use graph::{Graph, GraphUrlError, SendError};
pub use lane::{Due, due};

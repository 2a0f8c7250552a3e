//! From a signed webhook body to conversations.
//!
//! [`Journal`] makes a body durable before Meta gets its 200. A worker claims deliveries in batches, reads them with
//! `domain::meta::webhook`, and applies them workspace by workspace. Effects come first, then the delivery is marked done: a
//! crash between the two is harmless, because unique rows decide whether something happened already.

mod apply;
mod claim;
mod journal;
mod outcome;
mod process;
mod route;

pub(crate) use apply::{Contact, NewMessage, OpenRecord, Quoted, Target, Thread, statuses};
pub use claim::{Batch, Claimed, batches};
pub use journal::{Journal, Refused};
pub use outcome::Outcome;
pub use process::process;
pub(crate) use route::Routes;

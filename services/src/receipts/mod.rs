//! What Meta is told of our side of a conversation: that the customer's messages were read, and that somebody types.
//!
//! Nobody waits for it. [`typing`] and whoever reads note in their transaction what is to be told, at most one thing a conversation;
//! [`worker`] tells it, a few numbers at a time and each number no faster than ten times a second, and is done with it after three
//! tries. None of it is a message: no limit counts it, and what gets lost is missed by nobody.

mod note;
mod worker;

pub use note::typing;

pub(crate) use note::{forget, read};
pub(crate) use worker::worker;

//! Whom a conversation is given to.

pub(super) mod menu;
pub mod server;

//! What a workspace sets for itself.

pub mod page;
pub mod server;

//! Quick replies: what is kept to be sent again.

pub mod page;
pub mod server;

//! How the workspace is at this moment.

pub mod page;
pub mod server;

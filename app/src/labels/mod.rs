//! The labels of a workspace: what there are.

pub mod page;
pub mod server;

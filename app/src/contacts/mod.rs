//! The customers of a workspace, and who looks after whom.

pub mod page;
pub mod server;

mod row;
mod screen;

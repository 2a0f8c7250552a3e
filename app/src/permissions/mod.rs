//! Who may do what: the matrix of all roles, and what a change of role would change.

pub mod diff;
pub mod page;
pub mod server;

mod changes;
mod matrix;

pub use changes::diff_view;
pub use matrix::{Wanted, by_group};

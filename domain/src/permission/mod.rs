//! Who may do what: permissions, sets of them, and what a member sees.

mod access;
mod set;
mod table;

pub use access::{Access, Sight};
pub use set::{Grant, Permissions};
pub use table::{Group, Permission};

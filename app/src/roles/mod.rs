//! The workspace's own roles: copies of a built-in one, with permissions switched.

pub mod page;
pub mod server;

mod editor;
mod new;
mod option;

pub use option::RoleOption;

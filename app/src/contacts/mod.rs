//! The customers of a workspace: the list, one of them, custom fields, files of them, and who looks after whom.

pub mod asked;
pub mod detail;
pub mod fields;
pub mod imports;
pub mod page;
pub mod server;

mod create;
mod merge;
mod nav;
mod row;
mod screen;
mod twins;

pub use asked::Asked;

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    server::register();
    detail::server::register();
    fields::server::register();
    imports::server::register();
}

//! The pages: rendered by the server, taken over by the browser.
//!
//! A slice is a folder: its page, its parts, its server functions. What the pages share is in [`ui`] and [`shell`].

pub mod alerts;
pub mod audit;
pub mod contacts;
pub mod dashboard;
pub mod dead_letters;
pub mod error;
pub mod flash;
pub mod frame;
pub mod inbox;
pub mod invite;
pub mod json;
pub mod labels;
pub mod login;
pub mod missing;
pub mod notices;
pub mod permissions;
pub mod quick;
pub mod reset;
pub mod roles;
pub mod root;
pub mod security;
pub mod settings;
pub mod shell;
pub mod team;
pub mod tokens;
pub mod ui;

pub use root::App;

/// Registers every server function by name, for binaries whose linker drops what registers itself.
#[cfg(feature = "ssr")]
pub fn register_server_functions() {
    frame::server::native::register();
    inbox::server::register();
    inbox::drafts::register();
    inbox::consent::register();
    team::server::register();
    settings::server::register();
    labels::server::register();
    quick::server::register();
    security::server::register();
    roles::server::register();
    permissions::server::register();
    contacts::register();
    dashboard::server::register();
    alerts::server::register();
    notices::server::register();
    tokens::server::register();
    audit::server::register();
    dead_letters::server::register();
}

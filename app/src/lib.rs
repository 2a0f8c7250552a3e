//! The pages: rendered by the server, taken over by the browser.
//!
//! A slice is a folder: its page, its parts, its server functions. What the pages share is in [`ui`] and [`shell`].

pub mod error;
pub mod flash;
pub mod inbox;
pub mod login;
pub mod missing;
pub mod root;
pub mod shell;
pub mod ui;

pub use root::App;

/// Registers every server function by name, for binaries whose linker drops what registers itself.
#[cfg(feature = "ssr")]
pub fn register_server_functions() {
    inbox::server::register();
}

//! A person's own account: password, second factor, sessions. Plain forms: they work without a script.

mod devices;
mod factor;

pub mod page;
pub mod server;

#[cfg(feature = "ssr")]
mod agent;

#[cfg(feature = "ssr")]
pub(crate) use agent::device;

/// What the session keeps for this page, sealed. The server puts it on the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// A second factor that is being set up.
    pub setup: Option<String>,
    /// Recovery codes to be shown this once.
    pub codes: Option<String>,
}

//! Accepting an invitation: plain forms, no script needed.

pub mod page;
#[cfg(feature = "ssr")]
pub mod view;

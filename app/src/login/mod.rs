//! Signing in: plain forms, no script needed.

pub mod code;
pub mod page;

#[cfg(feature = "ssr")]
pub(crate) mod plain;

//! Signing in: a plain form, no script needed.

pub mod page;

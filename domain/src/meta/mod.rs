//! Meta's JSON as types.

pub mod send;
pub mod webhook;

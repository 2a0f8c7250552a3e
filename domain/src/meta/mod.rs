//! Meta's JSON as types.

pub mod codes;
pub mod send;
pub mod webhook;

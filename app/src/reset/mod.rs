//! A new password for somebody who forgot theirs: plain forms, drawn by the server alone.

pub mod forgot;
pub mod page;

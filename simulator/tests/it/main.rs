//! The simulator from outside, over real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test as tests themselves do")]

mod faults;
mod limits;
mod nodes;
mod phone;
mod refusals;
mod support;
mod templates;
mod tokens;
mod webhooks;
mod wishes;

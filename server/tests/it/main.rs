//! The integration tests of the server: one binary, since linking is slow.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends, and says where")]

mod borders;
mod command_line;
mod conversations;
mod demo;
mod pages;
mod property;
mod sign_in;
mod support;
mod webhook;

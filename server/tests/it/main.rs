//! The integration tests of the server: one binary, since linking is slow.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends, and says where")]

mod alerts;
mod api;
mod at_rest;
mod audit;
mod audit_screen;
mod backup_cli;
mod borders;
mod command_line;
mod consent;
mod contacts;
mod conversations;
mod demo;
mod doctor;
mod export;
mod hostile;
mod limits;
mod messages;
mod outgoing;
mod pages;
mod property;
mod security;
mod sign_in;
mod support;
mod vault_cli;
mod walk;
mod webhook;

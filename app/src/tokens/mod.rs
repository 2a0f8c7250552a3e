//! API tokens: what may use the workspace without a person at the keyboard.

mod create;
mod list;
mod screen;

pub mod page;
pub mod server;

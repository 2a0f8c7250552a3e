//! Workspaces: a client company each, with its own numbers, members and customers.

mod create;
mod demo;
mod of_user;
mod setup;

pub use demo::{demo_flag, mark_demo};
pub use of_user::of_user;
pub use setup::{hide_setup, setup};

pub(crate) use create::{by_slug, insert, name};

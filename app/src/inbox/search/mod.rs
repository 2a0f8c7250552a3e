//! Search: a field above the list, and what was found in place of the list.

pub mod field;
pub mod items;
pub mod panel;
pub mod server;

mod ask;
pub(super) mod jump;

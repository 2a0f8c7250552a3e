//! What the member is told of, and how they want to be told.

mod choose;
mod item;
pub mod page;
mod push;
pub mod server;

pub use page::NoticesPage;

//! The audit trail: who did what, from where.

mod asked;
mod drawer;
mod filters;
mod keys;
mod page;
mod screen;
mod table;
mod words;

pub mod server;

pub use asked::Asked;
pub use page::AuditPage;

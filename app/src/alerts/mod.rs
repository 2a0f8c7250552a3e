//! Alerts: what somebody should look at.

mod item;
mod page;

pub mod server;

pub use page::AlertsPage;

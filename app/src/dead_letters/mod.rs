//! Operations: how the queues are, and what was given up.

mod act;
mod asked;
mod drawer;
mod keys;
mod page;
mod queues;
mod renew;
mod screen;
mod table;

pub mod server;

pub use asked::Asked;
pub use page::DeadLettersPage;

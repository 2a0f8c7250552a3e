//! One contact: who they are, what is known of them, what they decided, and what was written.

pub mod parts;
pub mod server;

mod edit;
mod page;
mod screen;
mod sections;

pub use page::ContactPage;

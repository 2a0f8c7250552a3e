//! What a workspace sets for itself.

mod opt_out;
pub mod page;
pub mod server;

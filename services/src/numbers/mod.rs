//! Business numbers and their access tokens.

mod connect;
mod list;
mod release;
mod token;

pub(crate) use connect::connect_in;
pub use connect::{Connect, connect};
pub use list::list;
pub use release::release_stranded;
pub use token::token;

//! Business numbers and their access tokens.

mod connect;
mod list;
mod release;
mod token;

pub use connect::{Connect, connect};
pub(crate) use connect::{TOKEN_LIMIT, connect_in};
pub use list::list;
pub use release::release_stranded;
pub use token::token;

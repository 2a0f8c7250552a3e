//! Conversations: reading them, replying, closing, handing over.

mod assign;
mod change;
mod get;
mod list;
mod read;
mod reply;
pub(crate) mod row;
mod send_again;
mod state;
mod thread;

pub use assign::assign;
pub use get::get;
pub use list::{inbox, list};
pub use read::mark_read;
pub use reply::reply;
pub use send_again::send_again;
pub use state::{close, reopen};
pub use thread::{older, thread};

/// Characters of a message in the list.
pub(crate) const PREVIEW_LIMIT: usize = 120;

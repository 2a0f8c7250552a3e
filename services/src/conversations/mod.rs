//! Conversations: reading them, replying, closing, handing over.

mod assign;
mod change;
mod get;
mod list;
mod note;
mod of_contact;
mod outcome;
mod past;
mod read;
mod reply;
pub(crate) mod row;
mod send_again;
mod send_template;
mod snooze;
mod state;
mod thread;

pub use assign::assign;
pub use get::get;
pub(crate) use list::counts;
pub use list::{inbox, list};
pub use note::note;
pub use of_contact::{Addressee, of_contact};
pub use outcome::outcome;
pub use past::past;
pub use read::mark_read;
pub use reply::{reply, reply_despite_opt_out};
pub use send_again::send_again;
pub use send_template::{Filled, Named, send_named, send_template};
pub use snooze::{mark_unread, snooze, wake, wake_due};
pub use state::{close, reopen};
pub use thread::{earlier, older, thread};

pub(crate) use reply::write;
pub(crate) use thread::find;

/// Characters of a message in the list.
pub(crate) const PREVIEW_LIMIT: usize = 120;

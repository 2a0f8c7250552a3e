//! Conversations: reading them, replying, closing, handing over.

mod anew;
mod assign;
mod bulk;
mod change;
mod draft;
mod get;
mod label;
mod lines;
mod list;
mod mention;
mod narrow;
mod note;
mod note_change;
mod of_contact;
mod outcome;
mod past;
mod react;
pub(crate) mod reactions;
mod read;
mod reply;
pub(crate) mod row;
mod saved;
mod send_again;
mod send_template;
mod snooze;
mod start;
mod state;
mod thread;

pub(crate) use anew::{anew, put_anew};
pub use assign::{assign, take_next};
pub use bulk::bulk;
pub(crate) use draft::leave_drafts;
pub use draft::{Draft, drafts, keep_draft, purge_drafts};
pub use get::get;
pub use label::{label, set_labels};
pub(crate) use lines::Line;
pub(crate) use list::counts;
pub use list::{inbox, inbox_of, list, list_of, unread};
pub use note::{note, note_for};
pub use note_change::{change_note, remove_note};
pub use of_contact::{Addressee, of_contact, of_message};
pub use outcome::outcome;
pub use past::past;
pub use react::react;
pub use read::mark_read;
pub use reply::{reply, reply_despite_opt_out, send};
pub use saved::{forget_view, save_view, saved_views};
pub use send_again::send_again;
pub use send_template::{Filled, Named, send_named, send_template};
pub use snooze::{mark_unread, snooze, wake, wake_due};
pub use start::{Begin, First, start};
pub use state::{close, reopen};
pub use thread::{around, around_note, earlier, later, older, thread};

pub(crate) use thread::find;

/// Characters of a message in the list.
pub(crate) const PREVIEW_LIMIT: usize = 120;

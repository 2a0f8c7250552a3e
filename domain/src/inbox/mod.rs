//! What an agent sees, and how it changes: the same types on the wire, on the screen and in the tests.
//!
//! The state of the screen before, plus the events, equals a fresh fetch: [`apply`] is the one function that adds them.

mod apply;
mod bulk;
mod event;
mod filter;
mod happened;
mod note;
pub mod presence;
mod saved;
mod view;

pub use apply::{Effect, apply};
pub use bulk::{Change, Item, Outcome, TOGETHER, failures};
pub use event::{Event, Eyes, Live, Place};
pub use filter::{CLOSING, Filter, LABELS as FILTER_LABELS, Sort, Whose};
pub use happened::Happened;
pub use note::{Note, named_in, naming};
pub use saved::{SavedView, saved_name};
pub use view::{
    ContactBrief, Counts, InboxView, MessageView, Page, Preview, Row, Stretch, TemplateLine, Thread, Unread,
};

#[cfg(test)]
mod tests;

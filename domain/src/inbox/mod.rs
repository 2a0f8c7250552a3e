//! What an agent sees, and how it changes: the same types on the wire, on the screen and in the tests.
//!
//! The state of the screen before, plus the events, equals a fresh fetch: [`apply`] is the one function that adds them.

mod apply;
mod event;
mod note;
mod view;

pub use apply::{Effect, apply};
pub use event::{Event, Eyes, Live, Place};
pub use note::Note;
pub use view::{ContactBrief, Counts, Earlier, InboxView, MessageView, Page, Preview, Row, TemplateLine, Thread};

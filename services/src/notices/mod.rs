//! What members are told of while they look elsewhere: colleagues who name them, conversations that are given to them.

mod choices;
mod list;
mod purge;
mod read;
mod write;

pub use choices::{choices, choose};
pub use list::{list, unread, waiting};
pub use purge::purge;
pub use read::{mark_all_read, mark_read};

pub(crate) use choices::parse;
pub(crate) use write::{assigned, forget_note, mentioned};

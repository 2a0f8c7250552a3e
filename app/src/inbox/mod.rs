//! The inbox: conversations on the left, the thread in the middle, the contact on the right.

pub mod attempts;
pub mod bubble;
pub mod composer;
pub mod list;
pub mod page;
pub mod parked;
pub mod place;
pub mod row;
pub mod screen;
pub mod screenful;
pub mod send;
pub mod server;
pub mod sync;
pub mod templates;
pub mod thread;

mod about;
mod actions;
mod answers;
pub(crate) mod consent;
mod contact;
mod draft;
mod focus;
mod frame;
mod head;
mod hold;
mod keys;
mod later;
mod lazy;
mod live;
mod navigate;
mod opted_out;
pub(crate) mod outbox;
mod shared;

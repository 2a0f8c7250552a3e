//! Contacts: reading them, adding one, editing one, files of them in and out, and making one of two. Who looks after whom is
//! [`crate::team::assign_contacts`]'s.

mod browse;
mod create;
mod edit;
mod export;
pub mod fields;
mod find;
mod fold;
pub mod import;
mod list;
mod merge;
mod outline;
mod twins;

pub use browse::{Slice, Turn, browse};
pub use create::create;
pub use edit::{edit, update};
pub use export::{export, export_chosen};
pub use find::{by_phone, follow, get};
pub use fold::fold_names;
pub use list::list;
pub use merge::merge;
pub use outline::outlines;
pub use twins::{Pair, keep_apart, of as twins_of, open as open_twins};

pub(crate) use create::insert;
pub(crate) use edit::renamed;
pub(crate) use find::{find, with_phone};
pub(crate) use outline::Thread;

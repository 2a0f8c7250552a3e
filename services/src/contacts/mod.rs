//! Contacts: reading them, adding one, naming one. Who looks after whom is [`crate::team::assign_contacts`]'s.

mod create;
mod find;
mod list;
mod update;

pub use create::create;
pub use find::{by_phone, get};
pub use list::list;
pub use update::update;

pub(crate) use find::find;

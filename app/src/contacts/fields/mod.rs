//! The custom fields of a workspace's contacts.

pub mod server;

mod editor;
mod page;

pub use page::FieldsPage;

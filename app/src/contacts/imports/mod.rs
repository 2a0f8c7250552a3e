//! Files of contacts: chosen, mapped, looked through, imported.

pub mod server;

mod list;
mod plan;
mod preview;
mod progress;
mod screen;
mod upload;

mod page;

pub use list::ImportsPage;
pub use page::ImportPage;

/// A number of lines, as people read it.
fn many(lines: i64) -> String {
    crate::frame::grouped(u32::try_from(lines).unwrap_or(u32::MAX))
}

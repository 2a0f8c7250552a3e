//! The audit trail: who did what, provably.
//!
//! [`record`] writes an entry in the transaction of the change itself. A sealer then gives entries their places in a chain of
//! HMACs, one chain per workspace, that [`verify`] follows. See docs/adr/0005-the-audit-trail.md.

mod begin;
mod chain;
mod check;
mod ends;
mod entry;
mod erase;
mod export;
mod head;
mod key;
mod list;
mod purge;
mod record;
mod retention;
mod seal;
mod status;
mod system;
mod verify;
mod worker;

pub use entry::Entry;
pub use erase::erase;
pub use export::export;
pub use list::list;
pub use purge::daily;
pub use record::record;
pub use seal::seal;
pub use status::status;
pub use system::{flush, system_entries, system_event};
pub use verify::{Break, Report, verify};

pub(crate) use begin::begin;
pub(crate) use ends::ChainEnds;
pub(crate) use record::{PROOF, record_as};
pub(crate) use seal::Placed;
pub(crate) use system::Seen;
pub(crate) use worker::worker;

//! Consent: who does not want to hear from us, since when and how we know, and that nothing goes out to them.
//!
//! The history decides: whatever order things come in, a contact is opted out when the newest line of its history says so.
//! Everything that writes here holds the workspace's lock, then the contact and its conversations, so that a message that is
//! being queued at the same time is either queued before and cancelled, or refused.

mod allow;
mod announce;
mod cancel;
mod change;
mod confirm;
mod export;
mod history;
mod record;
mod refused;
mod settings;

pub use export::{Line, export};
pub use history::history;
pub use record::record;
pub use settings::{get, save, scope};

pub(crate) use allow::{answer, demand};
pub(crate) use change::{Decision, Desk, decide, lock};
pub(crate) use confirm::{Confirmation, confirm};
pub(crate) use refused::{lock_refused, refused, refused_by_graph};
pub(crate) use settings::load;

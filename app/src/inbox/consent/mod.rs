//! What a customer decided about hearing from us, beside their conversation.

mod record;
mod server;
mod view;

pub use record::record_dialog;
pub use view::{Decided, badge_view, consent_view, decisions_view};

#[cfg(feature = "ssr")]
pub use server::register;

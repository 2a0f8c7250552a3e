//! The second factor: time-based codes of an app (RFC 6238) and ten recovery codes for when the phone is lost.

mod accept;
mod base32;
mod code;
mod disable;
mod qr;
mod recovery;
mod setup;
mod status;

pub(super) use accept::accept;
pub use disable::{disable, turn_off};
pub use qr::Qr;
pub use recovery::{RecoveryCodes, renew_recovery_codes};
pub use setup::{Confirmed, Shown, begin, confirm, show};
pub use status::{Status, status};

pub(crate) use status::is_on;

/// What a value of [`crate::vault::Kind::TotpSecret`] is: told apart by version, so that none opens as another.
///
/// The secret in the database; rotation of keys knows it by this version.
const STORED: i64 = 1;
/// A secret that is being set up, kept in the session meanwhile.
const SETTING_UP: i64 = 0;
/// Recovery codes on their way to the page that shows them once.
const ON_THEIR_WAY: i64 = -1;

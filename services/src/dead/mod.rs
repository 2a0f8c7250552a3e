//! Dead letters: deliveries and sends that used up their tries, or that no try could help. Shown to whoever holds
//! `operations.view`, retried and discarded with `operations.manage`.
//!
//! A dead send is a message with that status. A delivery belongs to nobody until it is read, so when one dies each workspace that
//! it concerns gets a row of its own; what concerns nobody, `parlance doctor` tells. See [`note`].

mod bulk;
mod delivery;
mod discard;
mod edit;
mod get;
mod list;
mod mask;
mod note;
mod owner;
mod purge;
mod retry;
mod row;

pub use bulk::{AT_ONCE, discard_many, retry_many};
pub use discard::discard;
pub use edit::retry_with_edit;
pub use get::get;
pub use list::{counts, list};
pub use purge::purge;
pub use retry::{Retry, retry};

pub(crate) use note::{Failed, note};
pub(crate) use owner::owners;

use domain::time::{DAY, Millis};

/// Dead letters are kept this long.
pub const KEPT: Millis = 30 * DAY;

//! Invitations: a link that works once, for one address, for seven days.
//!
//! Who invites answers for it: at the moment of acceptance they must still be allowed to invite to this role.

mod accept;
mod create;
mod letter;
mod link;
mod list;
mod look_at;
mod open;
mod purge;
mod resend;
mod revoke;

pub use accept::{Joined, Joining, accept};
pub use create::create;
pub use link::Created;
pub use list::list;
pub use look_at::{address_of, look_at};
pub use purge::purge;
pub use resend::resend;
pub use revoke::revoke;

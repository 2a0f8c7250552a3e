//! Links for a new password: 256 bits, stored hashed, used once, for an hour. A link comes by mail, from a member of higher
//! role, or from the command line. It ends all sessions and leaves the second factor alone.

mod ask;
mod command;
mod hand_over;
mod link;
mod look_at;
mod purge;
mod rule;
mod save;

pub use ask::ask;
pub use command::link_for;
pub use hand_over::hand_over;
pub use link::Link;
pub use look_at::look_at;
pub use save::save;

pub(super) use purge::purge;

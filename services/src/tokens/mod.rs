//! Tokens of the REST API: making and revoking them, what they open, and the watch over their use.

mod authenticate;
mod create;
mod end;
mod list;
mod purge;
mod row;
mod secret;
mod watch;

pub use authenticate::authenticate;
pub use create::{Created, create};
pub use end::revoke;
pub use list::{get, list};
pub use purge::purge;
pub use watch::Watch;

pub(crate) use end::end_of_member;

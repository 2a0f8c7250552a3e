//! Alerts: what somebody should look at. Raised in the transaction of what they are about, shown to those who hold the
//! permission of their kind, read by each member for themselves, and mailed when they cannot wait.

mod list;
mod mail;
mod purge;
mod raise;
mod read;
mod settle;
mod tell;

pub use list::{list, unread};
pub use mail::mail_due;
pub use purge::purge;
pub use raise::raise;
pub use read::{mark_all_read, mark_read};
pub(crate) use settle::settle;
pub use tell::tell_due;
pub(crate) use tell::worker;

use crate::Ctx;
use domain::alert::Kind;

/// The kinds that a member may see, between commas, as statements look for them.
fn seen(ctx: &Ctx) -> String {
    let kinds: Vec<_> = Kind::all().filter(|kind| kind.seen_with(ctx.access())).map(Kind::as_str).collect();
    format!(",{},", kinds.join(","))
}

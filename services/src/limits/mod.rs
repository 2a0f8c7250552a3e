//! What a workspace and its numbers may send: by plan, by age, by Meta's word.
//!
//! The minute of a workspace is admitted in memory ([`minute`]); what is admitted is counted in the transaction that writes the
//! message, and given back if that is rolled back. Seconds, days and customers of a number are counted in that transaction
//! alone. How fast messages leave is not decided here but by the lanes of [`crate::send`], with [`Pairs`].

mod admit;
mod ask;
mod customers;
mod day;
mod facts;
mod held;
mod instant;
mod minute;
mod pairs;
mod plan;
mod purge;
mod tell;
mod usage;
mod wait;

pub use ask::{ask_graph, worker as graph_worker};
pub use held::Limits;
pub use minute::{count, reserve};
pub use pairs::{PAIR_MEMORY, Pairs};
pub use plan::{plan_of, set_plan};
pub use purge::purge;
pub use tell::{tell, worker as news_worker};
pub use usage::usage;

pub(crate) use admit::{Ask, admit};
pub(crate) use customers::join;
pub(crate) use day::lock_days;
pub(crate) use facts::Want;
pub(crate) use held::Reserved;

//! Message templates: what Meta's lists say, kept up to date, and who may send what.
//!
//! A list is fetched when a number is connected, each hour, when a webhook speaks of a template, when a send is refused because
//! of one, and when a person asks. [`template_syncs`](worker) holds when it is due.

mod list;
mod listing;
mod refresh;
mod row;
mod sync;
mod wanted;
mod worker;

pub use crate::conversations::send_template as send;
pub use list::{Template, all, get, list};
pub use refresh::{Fetched, fetched, refresh};
pub(crate) use row::{Record, by_name, find};
pub use sync::sync_due;
pub(crate) use wanted::{noticed, refused, want};
pub(crate) use worker::worker;

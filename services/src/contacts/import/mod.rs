//! Files of contacts on their way in. The file is kept in the database, in pieces, so that any process may go on with it; it is
//! read piece by piece and written in small transactions, whatever its size. Each transaction moves the place where the next one
//! begins: after a crash nothing is done twice and nothing is left out.

mod cancel;
mod check;
mod draft;
mod file;
mod known;
mod list;
mod purge;
mod report;
mod run;
mod start;
mod step;
mod upload;

pub use cancel::cancel;
pub use check::check;
pub use draft::{Draft, draft, preview};
pub use file::CHUNK;
pub use list::{get, list};
pub use purge::purge;
pub use report::{Reported, report};
pub use run::{run_due, turn, worker};
pub use start::start;
pub use upload::Upload;

pub(crate) use known::Known;
pub(crate) use step::New;

/// Lines that are written in one transaction.
pub const BATCH: usize = 200;

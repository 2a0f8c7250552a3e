//! Files: fetched from Meta, kept, served to those who see their conversation, and handed in at Meta before they are sent.
//!
//! A customer's file is a row that is `wanted` from the transaction that stores its message; [`worker`] asks Graph where it is,
//! takes it from there and nowhere else, checks it and puts it into the [`Store`]. What members upload goes into the store first,
//! then to Meta, and waits for its message. Bytes are streamed, so a file costs no memory of its size.

mod again;
mod describe;
mod fetch;
mod open;
mod private;
mod row;
mod store;
mod upload;
mod voice;
mod worker;

pub use again::again;
pub use open::{Opened, Part, open};
pub use store::{Bucket, Place, Store, StoreError};
pub use upload::{Known, Upload, Uploaded, forget, known, repeated, upload, uploaded};

pub(crate) use private::client;
pub(crate) use row::{Wanted, give, remove, unsent, want};
pub(crate) use store::Why;
pub(crate) use upload::to_send_again;
pub(crate) use worker::worker;

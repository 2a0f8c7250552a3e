//! Mail. A mail is written into the database, sealed, in the transaction of the change it is about; a worker sends it when the
//! mail server has time. So a slow mail server holds nobody up, and a mail is never about a change that did not happen.

mod address;
mod mailer;
mod queue;
mod worker;

pub use address::{Sender, SmtpUrl};
pub use mailer::{Mailer, MailerError};
pub use queue::Mail;
pub use worker::{deliver_due, purge};

pub(crate) use queue::{queue, withdraw};
pub(crate) use worker::worker;

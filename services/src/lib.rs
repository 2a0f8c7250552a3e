//! Use cases: everything that touches a database, Meta, files, mail or a queue.
//!
//! One use case is one file. Pages, REST, forms, workers and tests all enter here, so a rule is enforced once.

pub mod accounts;
pub mod alerts;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod consent;
pub mod contacts;
pub mod conversations;
pub mod ctx;
pub mod db;
pub mod dead;
pub mod doctor;
pub mod error;
pub mod health;
pub mod idempotency;
pub mod ingest;
pub mod jobs;
pub mod labels;
pub mod limits;
pub mod live;
pub mod mail;
pub mod media;
pub mod members;
pub mod notices;
pub mod numbers;
pub mod overview;
pub mod push;
pub mod queues;
pub mod quick;
pub mod receipts;
pub mod search;
pub mod seed;
pub mod send;
pub mod stats;
pub mod team;
pub mod templates;
pub mod tokens;
pub mod vault;
pub mod workspaces;

mod handle;

pub use ctx::{Actor, Ctx, Origin};
pub use error::{Error, Result};
pub use handle::{Options, Services};

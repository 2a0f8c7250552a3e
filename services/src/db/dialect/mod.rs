//! Where the engines differ, side by side: the hot ingest path is set-based on PostgreSQL (a statement costs a round trip) and
//! goes by rows, sixteen at a time where many come together, on SQLite (a statement costs two hops between threads; unnesting
//! JSON costs more than it saves).

pub mod postgres;
pub mod postgres_audit;
pub mod postgres_consent;
pub mod postgres_contacts;
pub mod postgres_copy;
pub mod postgres_deliveries;
pub mod postgres_labels;
pub mod postgres_limits;
pub mod postgres_marks;
pub mod postgres_search;
pub mod postgres_sending;
pub mod sqlite;
pub mod sqlite_audit;
pub mod sqlite_contacts;
pub mod sqlite_copy;
pub mod sqlite_deliveries;
pub mod sqlite_marks;
pub mod sqlite_search;
pub mod sqlite_sending;

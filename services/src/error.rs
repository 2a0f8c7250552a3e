//! What can go wrong in a use case.

use domain::{Error as Wrong, limits::Limited};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The edges turn it into interface text or problem+json and log it once.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the person asked for cannot be done as asked.
    #[error(transparent)]
    Domain(#[from] Wrong),
    /// Nobody is signed in.
    #[error("Sign in to continue.")]
    SignedOut,
    /// Somebody else was faster.
    #[error("{0}")]
    Conflict(String),
    /// It existed once.
    #[error("{0}")]
    Gone(String),
    /// Meta or another service did not answer as it should.
    #[error("{0}")]
    Upstream(String),
    /// A limit of the workspace or the number is used up.
    #[error("{0}")]
    Limited(Limited),
    /// For now: too busy, or the database cannot be reached.
    #[error("Parlance is busy at the moment. Try again in a few seconds.")]
    Unavailable,
    /// A fault of ours. The text is for the log, never for the user.
    #[error("internal: {0}")]
    Internal(String),
}

/// Troubles of the moment: PostgreSQL's serialisation failures, deadlocks, shutdowns and lack of room or connections, and
/// SQLite's "busy", "locked" and "full".
fn passes(code: Option<&str>) -> bool {
    code.is_some_and(|code| {
        matches!(code, "40001" | "40P01" | "57P01" | "57P02" | "57P03" | "5" | "6" | "13" | "261" | "517")
            || code.starts_with("53")
            || code.starts_with("08")
    })
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        match e {
            sqlx::Error::RowNotFound => Wrong::NotFound.into(),
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Unavailable,
            sqlx::Error::Database(e) if passes(e.code().as_deref()) => Self::Unavailable,
            e => Self::Internal(format!("database: {e}")),
        }
    }
}

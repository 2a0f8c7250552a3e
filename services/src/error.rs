//! What can go wrong in a use case.

use domain::Error as Wrong;

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
    /// For now: too busy, or the database cannot be reached.
    #[error("Parlance is busy at the moment. Try again in a few seconds.")]
    Unavailable,
    /// A fault of ours. The text is for the log, never for the user.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        match e {
            sqlx::Error::RowNotFound => Wrong::NotFound.into(),
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Unavailable,
            e => Self::Internal(format!("database: {e}")),
        }
    }
}

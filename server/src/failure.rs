use std::process::ExitCode;

use crate::config::ConfigError;

/// Why a command ended without doing its work: one line for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked for or configured cannot be.
    #[error("{0}")]
    Usage(String),
    /// It was fine to ask, but it did not work out.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    pub fn usage(why: impl ToString) -> Self {
        Self::Usage(why.to_string())
    }

    pub fn failed(why: impl ToString) -> Self {
        Self::Failed(why.to_string())
    }

    /// 2 for what the caller has to correct, 1 for the rest.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error)
    }
}

impl From<services::Error> for Failure {
    fn from(error: services::Error) -> Self {
        match error {
            services::Error::Domain(error) => Self::usage(error),
            error => Self::failed(error),
        }
    }
}

impl From<services::db::OpenError> for Failure {
    fn from(error: services::db::OpenError) -> Self {
        match error {
            services::db::OpenError::Url(_) => Self::usage(error),
            error => Self::failed(error),
        }
    }
}

impl From<services::backup::Trouble> for Failure {
    fn from(trouble: services::backup::Trouble) -> Self {
        if trouble.is_usage() { Self::usage(trouble) } else { Self::failed(trouble) }
    }
}

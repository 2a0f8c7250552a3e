use crate::db::{Engine, OpenError};
use std::{io, path::Path, path::PathBuf};

/// Of this program.
const HERE: &str = env!("CARGO_PKG_VERSION");

/// Why a backup could not be made or restored, in words for whoever runs the command.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{} exists already. A backup never overwrites anything: choose another name.", .0.display())]
    Exists(PathBuf),
    #[error(
        "{} is there: another backup is writing it, or one was interrupted. If none is running, delete it and try \
         again.",
        .0.display()
    )]
    Unfinished(PathBuf),
    #[error("{what}: {error}")]
    Io { what: String, error: io::Error },
    #[error("{} is no backup that Parlance made.", .0.display())]
    NotOurs(PathBuf),
    #[error(
        "this backup is damaged or incomplete ({0}). Nothing was restored. Copy the file again from where it is kept, or \
         take an older backup."
    )]
    Damaged(String),
    #[error(
        "this backup was made by Parlance {0}, which is newer than this program ({HERE}). Nothing was touched. Install \
         that version or a later one and restore with it."
    )]
    Newer(String),
    #[error(
        "this is a backup of a {made} database, which can be restored to {made} only, and DATABASE_URL names a {here} \
         database. Nothing was touched. Set DATABASE_URL to a new {made} database.",
        made = made.name(),
        here = here.name()
    )]
    OtherEngine { made: Engine, here: Engine },
    #[error("{0} Nothing was touched.")]
    NotEmpty(String),
    #[error("{0}")]
    Keys(String),
    #[error("the database is not one of Parlance's. Check DATABASE_URL.")]
    NotParlance,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Services(#[from] crate::Error),
    #[error("interrupted")]
    Interrupted,
}

impl Trouble {
    /// Whether the caller has to ask for something else, rather than that it did not work out.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Trouble::Exists(_)
                | Trouble::Unfinished(_)
                | Trouble::NotOurs(_)
                | Trouble::Newer(_)
                | Trouble::OtherEngine { .. }
                | Trouble::NotEmpty(_)
                | Trouble::Keys(_)
                | Trouble::NotParlance
                | Trouble::Open(OpenError::Url(_))
        )
    }
}

/// What to say of a file that cannot be read or written.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Trouble + '_ {
    move |error| Trouble::Io { what: path.display().to_string(), error }
}

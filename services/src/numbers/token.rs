use crate::{
    Error, Result, Services,
    vault::{self, Kind, LoadError, Purpose},
};
use domain::id::{NumberId, WorkspaceId};
use secrecy::SecretString;

/// The access token of a number, and a note of what it was opened for.
///
/// # Errors
/// `NotFound` when none is stored; `Unavailable` when it does not open for now, which `doctor` explains: what needs it waits.
pub async fn token(
    services: &Services,
    workspace: WorkspaceId,
    number: NumberId,
    purpose: Purpose,
) -> Result<SecretString> {
    vault::load(services, workspace, Kind::AccessToken, number.0, purpose).await.map_err(|e| match e {
        LoadError::Missing => domain::Error::NotFound.into(),
        // The vault has logged why.
        LoadError::Open(_) => Error::Unavailable,
        LoadError::Database(e) => e.into(),
    })
}

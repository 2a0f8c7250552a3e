use crate::{
    Error, Result, Services,
    vault::{self, Kind, LoadError},
};
use domain::id::{NumberId, WorkspaceId};
use secrecy::SecretString;

/// The access token of a number.
///
/// # Errors
/// `NotFound` when none is stored; `Internal` when it does not open, which `doctor` explains.
pub async fn token(services: &Services, workspace: WorkspaceId, number: NumberId) -> Result<SecretString> {
    vault::load(services, workspace, Kind::AccessToken, number.0).await.map_err(|e| match e {
        LoadError::Missing => domain::Error::NotFound.into(),
        LoadError::Open(e) => Error::Internal(format!("access token of number {number}: {e}")),
        LoadError::Database(e) => e.into(),
    })
}

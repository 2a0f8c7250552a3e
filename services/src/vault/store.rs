use super::{Kind, OpenError, Purpose, kind::Label, opened};
use crate::{Services, db::Conn, sql};
use domain::{id::WorkspaceId, time::Millis};
use secrecy::SecretString;
use uuid::Uuid;

const NEXT: &str = "SELECT CAST(COALESCE(MAX(version), 0) + 1 AS BIGINT) FROM secrets
    WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3";

const INSERT: &str = "INSERT INTO secrets (workspace_id, id, kind, subject_id, version, sealed, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// What was replaced is not kept: a token that nobody uses can only leak.
const FORGET: &str = "DELETE FROM secrets WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3 AND version < $4";

const NEWEST: &str = "SELECT version, sealed FROM secrets WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3
    ORDER BY version DESC LIMIT 1";

/// Why a stored secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// None was stored.
    #[error("no secret is stored")]
    Missing,
    /// It is there and does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Where a secret belongs.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub workspace: WorkspaceId,
    pub kind: Kind,
    pub subject: Uuid,
}

/// Seals a secret as the newest version and forgets the older ones, in the caller's transaction.
///
/// The caller holds a lock on the subject's row, so versions are counted by one writer at a time; the unique index decides
/// where it does not.
pub(crate) async fn store(
    services: &Services,
    mut conn: Conn<'_>,
    place: Place,
    secret: &SecretString,
    now: Millis,
) -> sqlx::Result<i64> {
    let Place { workspace, kind, subject } = place;
    let version = sql!(scalar i64, conn.again(), NEXT, workspace.0, kind.as_str(), subject)?;
    let label = Label { owner: workspace.into(), kind, subject, version };
    let sealed = services.vault().seal_label(label, secret);
    let id = crate::clock::new_id();
    sql!(exec conn.again(), INSERT, workspace.0, id, kind.as_str(), subject, version, sealed.as_slice(), now)?;
    sql!(exec conn, FORGET, workspace.0, kind.as_str(), subject, version)?;
    Ok(version)
}

/// The newest version of a secret, and a note of what it was opened for.
///
/// # Errors
/// [`LoadError`], whose text holds no secret.
pub async fn load(
    services: &Services,
    workspace: WorkspaceId,
    kind: Kind,
    subject: Uuid,
    purpose: Purpose,
) -> Result<SecretString, LoadError> {
    Ok(load_version(services, workspace, kind, subject, purpose).await?.1)
}

/// The same, with the number of its version: they are counted.
pub(crate) async fn load_version(
    services: &Services,
    workspace: WorkspaceId,
    kind: Kind,
    subject: Uuid,
    purpose: Purpose,
) -> Result<(i64, SecretString), LoadError> {
    let (version, secret) = newest(services, workspace, kind, subject).await?;
    opened(services, workspace, (kind, subject), purpose, secret.as_ref().err());
    Ok((version, secret?))
}

/// Whether the newest version of a secret opens. Told to whoever asks and to nobody else: a command that was started with the
/// wrong settings raises no alarm.
///
/// # Errors
/// [`LoadError`].
pub async fn opens(services: &Services, workspace: WorkspaceId, kind: Kind, subject: Uuid) -> Result<(), LoadError> {
    Ok(newest(services, workspace, kind, subject).await?.1.map(drop)?)
}

async fn newest(
    services: &Services,
    workspace: WorkspaceId,
    kind: Kind,
    subject: Uuid,
) -> Result<(i64, Result<SecretString, OpenError>), LoadError> {
    // The connection goes back before a key service is asked.
    let row = {
        let mut read = services.db().read().await?;
        sql!(opt(i64, Vec<u8>), read.conn(), NEWEST, workspace.0, kind.as_str(), subject)?
    };
    let (version, sealed) = row.ok_or(LoadError::Missing)?;
    let label = Label { owner: workspace.into(), kind, subject, version };
    Ok((version, services.vault().open_label(label, &sealed).await))
}

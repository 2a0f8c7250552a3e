use crate::{Result, Services, sql};
use domain::{
    id::{UserId, WorkspaceId},
    workspace::WorkspaceBrief,
};
use uuid::Uuid;

const OF_USER: &str = "SELECT w.id, w.slug, w.name FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.user_id = $1 AND m.removed_at IS NULL ORDER BY m.created_at, m.id";

/// The workspaces that a person belongs to, oldest membership first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_user(services: &Services, user: UserId) -> Result<Vec<WorkspaceBrief>> {
    let mut read = services.db().read().await?;
    let rows = sql!(all(Uuid, String, String), read.conn(), OF_USER, user.0)?;
    rows.into_iter()
        .map(|(id, slug, name)| Ok(WorkspaceBrief { id: WorkspaceId(id), slug: slug.parse()?, name }))
        .collect()
}

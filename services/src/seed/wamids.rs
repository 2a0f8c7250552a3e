use crate::{Result, Services, sql};
use domain::id::{MessageId, WorkspaceId};
use std::collections::HashMap;
use uuid::Uuid;

const WAMIDS: &str = "SELECT id, wamid FROM messages WHERE workspace_id = $1 AND wamid IS NOT NULL";

/// Meta's ids of a workspace's messages: the demo's phones show them, and name them when somebody reacts to one.
///
/// # Errors
/// When the database cannot be read.
pub async fn wamids(services: &Services, workspace: WorkspaceId) -> Result<HashMap<MessageId, String>> {
    let mut read = services.db().read().await?;
    let found = sql!(all(Uuid, String), read.conn(), WAMIDS, workspace.0)?;
    Ok(found.into_iter().map(|(id, wamid)| (id.into(), wamid)).collect())
}

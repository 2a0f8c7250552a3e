use crate::{Ctx, Result, db::Conn, sql};
use domain::{label::Label, permission::Permission};
use uuid::Uuid;

const LIST: &str = "SELECT id, name, colour FROM labels WHERE workspace_id = $1 AND deleted_at IS NULL";
/// Found by the index of those that have labels at all.
const USED: &str = "SELECT labels, CAST(COUNT(*) AS BIGINT) FROM conversations
    WHERE workspace_id = $1 AND labels <> '[]' GROUP BY labels";

/// The labels of the workspace, by name.
///
/// # Errors
/// `Forbidden` without `conversations.view`.
pub async fn list(ctx: &Ctx) -> Result<Vec<Label>> {
    ctx.demand(Permission::ConversationsView)?;
    let mut read = ctx.read().await?;
    all(read.conn(), ctx.ws()).await
}

/// A label with how many conversations have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub label: Label,
    /// Open and closed ones.
    pub conversations: i64,
}

/// The same for who manages them.
///
/// # Errors
/// `Forbidden` without `workspace.settings`.
pub async fn listed(ctx: &Ctx) -> Result<Vec<Listed>> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut snapshot = ctx.services.db().snapshot().await?;
    let labels = all(snapshot.conn(), ctx.ws()).await?;
    let used: Vec<(String, i64)> = sql!(all(String, i64), snapshot.conn(), USED, ctx.ws())?;
    let used: Vec<_> =
        used.into_iter().map(|(column, count)| (crate::conversations::row::labels(&column), count)).collect();
    let count = |label: &Label| used.iter().filter(|(ids, _)| ids.contains(&label.id)).map(|(_, count)| count).sum();
    Ok(labels.into_iter().map(|label| Listed { conversations: count(&label), label }).collect())
}

/// Whoever asks has decided who may know.
pub(crate) async fn all(conn: Conn<'_>, workspace: Uuid) -> Result<Vec<Label>> {
    let rows: Vec<(Uuid, String, String)> = sql!(all(Uuid, String, String), conn, LIST, workspace)?;
    let mut labels = rows
        .into_iter()
        .map(|(id, name, colour)| Ok(Label { id: id.into(), name, colour: colour.parse()? }))
        .collect::<Result<Vec<_>>>()?;
    // Here and not by the engines, whose orders differ.
    labels.sort_by_cached_key(|label| (domain::text::ascii_fold(&label.name), label.id));
    Ok(labels)
}

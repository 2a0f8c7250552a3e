use super::{change::get, commit, json};
use crate::{
    Ctx, Result, Services,
    audit::{self, Entry},
    conversations::row::{RowRecord, labels, labels_column},
    db::{Tx, dialect, system},
    live, sql,
};
use domain::{
    audit::Action,
    id::LabelId,
    inbox::{Event, Place, Row},
    permission::Permission,
};
use serde_json::Value;
use uuid::Uuid;

/// Conversations that it is taken off in one transaction.
const TOGETHER: i64 = 100;

const DELETE: &str = "UPDATE labels SET deleted_at = $3 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL";
/// By id, behind the last one that was looked at: all of them together read the table once.
const WITH: &str = "SELECT id FROM conversations WHERE workspace_id = $1 AND id > $2 AND labels LIKE $3
    ORDER BY id LIMIT $4";
const SET: &str = "UPDATE conversations SET labels = $3 WHERE workspace_id = $1 AND id = $2";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const FORGET: &str = "DELETE FROM labels WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NOT NULL";

/// Deletes a label. Screens show it no more at once; it is taken off conversations by [`take_off`].
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`.
pub async fn delete(ctx: &Ctx, id: LabelId) -> Result<()> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    let before = get(ctx, tx.conn(), id).await?;
    if sql!(exec tx.conn(), DELETE, ctx.ws(), id.0, ctx.now())? == 0 {
        return Err(domain::Error::NotFound.into());
    }
    let entry = Entry::new(Action::LabelDeleted).on("label", id.0).change(json(&before), Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    commit(ctx, tx).await
}

/// Takes deleted labels off the conversations that still have them, of all workspaces, a batch at a time. What was begun by a
/// process that did not come to its end is finished by the next one.
///
/// # Errors
/// When the database fails.
pub async fn take_off(services: &Services) -> Result<()> {
    let deleted = system::deleted_labels(services.db().read().await?.conn()).await?;
    for (workspace, label) in deleted {
        let mut last = Some(Uuid::nil());
        while let Some(behind) = last {
            last = step(services, workspace, label.into(), behind).await?;
        }
        let mut tx = services.db().begin().await?;
        sql!(exec tx.conn(), FORGET, workspace, label)?;
        tx.commit().await?;
    }
    Ok(())
}

/// One batch, in the order of their ids, as everybody locks them; the last id, where there may be more.
async fn step(services: &Services, workspace: Uuid, label: LabelId, behind: Uuid) -> Result<Option<Uuid>> {
    let mut tx = services.db().begin().await?;
    let ids: Vec<Uuid> = sql!(scalars Uuid, tx.conn(), WITH, workspace, behind, format!("%{label}%"), TOGETHER)?;
    let mut events = Vec::with_capacity(ids.len());
    for id in &ids {
        if let Tx::Postgres(tx) = &mut tx {
            dialect::postgres::lock_conversation(tx, workspace, *id).await?;
        }
        let before: Option<RowRecord> = sql!(opt RowRecord, tx.conn(), ROW, workspace, *id)?;
        let Some(before) = before else { continue };
        let left: Vec<LabelId> = labels(&before.labels).into_iter().filter(|one| *one != label).collect();
        sql!(exec tx.conn(), SET, workspace, *id, labels_column(&left))?;
        let mut row = Row::from(before);
        row.labels = left;
        events.push(Event::Conversation { was: Place::of(&row), row, lines: Vec::new() });
    }
    let seq = live::record(&mut tx, workspace, &events, services.clock().now()).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    Ok(ids.last().copied())
}

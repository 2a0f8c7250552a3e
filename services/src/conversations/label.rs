use super::{change, row};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::{Tx, dialect},
    sql,
};
use domain::{
    audit::Action,
    id::{ConversationId, LabelId},
    inbox::Row,
    label::ON_ONE,
    permission::Permission,
};
use serde_json::json;
use uuid::Uuid;

const SET: &str = "UPDATE conversations SET labels = $3 WHERE workspace_id = $1 AND id = $2";
const KNOWN: &str = "SELECT id FROM labels WHERE workspace_id = $1 AND deleted_at IS NULL";

/// Puts a label on a conversation, or takes it off. Doing it twice changes nothing.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` for a label that the workspace does not have, and for more of them than one conversation
/// can have.
pub async fn label(ctx: &Ctx, id: ConversationId, label: LabelId, on: bool) -> Result<Row> {
    put(ctx, id, |mut labels| {
        labels.retain(|known| on || *known != label);
        if on && !labels.contains(&label) {
            labels.push(label);
        }
        labels
    })
    .await
}

/// Gives a conversation exactly these labels.
///
/// # Errors
/// As [`label`].
pub async fn set_labels(ctx: &Ctx, id: ConversationId, wanted: &[LabelId]) -> Result<Row> {
    put(ctx, id, |_| {
        let mut labels: Vec<LabelId> = Vec::with_capacity(wanted.len());
        for label in wanted {
            if !labels.contains(label) {
                labels.push(*label);
            }
        }
        labels
    })
    .await
}

async fn put(ctx: &Ctx, id: ConversationId, change: impl FnOnce(Vec<LabelId>) -> Vec<LabelId>) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::ConversationsLabel, row.assignee())?;
    let known = known(ctx, &mut tx).await?;
    let before = row::labels(&row.labels);
    let mut after = change(before.clone());
    // What was deleted, and is being taken off, is no reason to refuse.
    after.retain(|label| known.contains(&label.0) || !before.contains(label));
    if after.iter().any(|label| !known.contains(&label.0)) {
        return Err(
            domain::Error::invalid("label", "this workspace has no such label; it may have been deleted").into()
        );
    }
    if after.len() > ON_ONE {
        return Err(domain::Error::invalid("label", format!("a conversation can have {ON_ONE} labels")).into());
    }
    if after != before {
        sql!(exec tx.conn(), SET, ctx.ws(), id.0, row::labels_column(&after))?;
        let entry = Entry::new(Action::ConversationLabelled)
            .on("conversation", id.0)
            .change(json!({ "labels": before }), json!({ "labels": after }));
        audit::record(&mut tx, ctx, entry).await?;
    }
    change::commit(ctx, tx, row).await
}

/// The labels that there are; on PostgreSQL nobody deletes one before this transaction has ended.
async fn known(ctx: &Ctx, tx: &mut Tx) -> Result<Vec<Uuid>> {
    Ok(match tx {
        Tx::Postgres(tx) => dialect::postgres_labels::keep_labels(tx, ctx.ws()).await?,
        Tx::Sqlite(_) => sql!(scalars Uuid, tx.conn(), KNOWN, ctx.ws())?,
    })
}

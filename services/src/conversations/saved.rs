//! Lists that a member keeps for themselves.

use crate::{Ctx, Error, Result, clock::new_id, sql};
use domain::{
    conversation::View,
    id::SavedViewId,
    inbox::{Filter, SavedView, saved_name},
    permission::Permission,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const LIST: &str = "SELECT id, name, asked FROM saved_views WHERE workspace_id = $1 AND member_id = $2
    ORDER BY created_at, id";
// Counted in the statement: of two that are saved at the same moment by one member one may go beyond, which harms nobody.
const SAVE: &str = "INSERT INTO saved_views (workspace_id, id, member_id, name, asked, created_at)
    SELECT $1, $2, $3, $4, $5, $6
    WHERE (SELECT COUNT(*) FROM saved_views WHERE workspace_id = $1 AND member_id = $3) < $7";
const FORGET: &str = "DELETE FROM saved_views WHERE workspace_id = $1 AND member_id = $2 AND id = $3";

/// What is asked for, as the row holds it.
#[derive(Serialize, Deserialize)]
struct Asked {
    view: View,
    #[serde(default)]
    filter: Filter,
}

/// The member's own, in the order in which they were saved.
///
/// # Errors
/// `Forbidden` without `conversations.view`.
pub async fn saved_views(ctx: &Ctx) -> Result<Vec<SavedView>> {
    ctx.demand(Permission::ConversationsView)?;
    let mut read = ctx.read().await?;
    let rows: Vec<(Uuid, String, String)> =
        sql!(all(Uuid, String, String), read.conn(), LIST, ctx.ws(), ctx.me().id.0)?;
    // One of a newer version, after a step back, is not shown.
    let read = |(id, name, asked): (Uuid, String, String)| {
        let Asked { view, filter } = serde_json::from_str(&asked).ok()?;
        Some(SavedView { id: id.into(), name, view, filter })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Keeps a list under a name.
///
/// # Errors
/// `Forbidden`; `Invalid` names the field; `Conflict` when there are too many.
pub async fn save_view(ctx: &Ctx, text: &str, view: View, filter: Filter) -> Result<SavedView> {
    ctx.demand(Permission::ConversationsView)?;
    let filter = filter.checked()?;
    let saved = SavedView { id: SavedViewId(new_id()), name: saved_name(text)?, view, filter };
    let asked = serde_json::to_string(&Asked { view, filter: saved.filter.clone() })
        .map_err(|e| Error::Internal(format!("a saved view: {e}")))?;
    let (id, me) = (saved.id.0, ctx.me().id.0);
    let most = i64::try_from(SavedView::LIMIT).unwrap_or(i64::MAX);
    let mut tx = ctx.begin().await?;
    if sql!(exec tx.conn(), SAVE, ctx.ws(), id, me, &saved.name, asked, ctx.now(), most)? == 0 {
        return Err(Error::Conflict(format!("You can keep {} views. Delete one first.", SavedView::LIMIT)));
    }
    tx.commit().await?;
    Ok(saved)
}

/// Forgets one of the member's own. One that is gone is gone.
///
/// # Errors
/// `Forbidden`.
pub async fn forget_view(ctx: &Ctx, id: SavedViewId) -> Result<()> {
    ctx.demand(Permission::ConversationsView)?;
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), FORGET, ctx.ws(), ctx.me().id.0, id.0)?;
    Ok(tx.commit().await?)
}

//! How a member wants to be told.

use crate::{Ctx, Error, Result, sql};
use domain::notice::Choices;

const CHOICES: &str = "SELECT choices FROM notify_choices WHERE workspace_id = $1 AND member_id = $2";
const CHOOSE: &str = "INSERT INTO notify_choices (workspace_id, member_id, choices) VALUES ($1, $2, $3)
    ON CONFLICT (member_id) DO UPDATE SET choices = excluded.choices";

/// The member's own choices.
///
/// # Errors
/// When the database cannot be asked.
pub async fn choices(ctx: &Ctx) -> Result<Choices> {
    let mut read = ctx.read().await?;
    Ok(parse(sql!(scalar_opt String, read.conn(), CHOICES, ctx.ws(), ctx.me().id.0)?.as_deref()))
}

/// Replaces them. Nobody else is concerned, so the trail holds nothing of it.
///
/// # Errors
/// When the database fails.
pub async fn choose(ctx: &Ctx, choices: Choices) -> Result<()> {
    let stored = serde_json::to_string(&choices).map_err(|e| Error::Internal(format!("choices: {e}")))?;
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), CHOOSE, ctx.ws(), ctx.me().id.0, &stored)?;
    Ok(tx.commit().await?)
}

/// As the column holds them; what cannot be read is as at first.
pub(crate) fn parse(stored: Option<&str>) -> Choices {
    stored.and_then(|stored| serde_json::from_str(stored).ok()).unwrap_or_default()
}

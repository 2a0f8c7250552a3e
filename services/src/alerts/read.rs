use super::seen;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::Tx,
    sql,
};
use domain::{audit::Action, id::AlertId};
use uuid::Uuid;

const VISIBLE: &str = "SELECT id FROM alerts WHERE workspace_id = $1 AND id = $2 AND $3 LIKE '%,' || kind || ',%'";

/// As `list` counts them: what happened before somebody joined is news to them no more.
const UNREAD: &str = "SELECT a.id FROM alerts a
    JOIN members m ON m.workspace_id = a.workspace_id AND m.id = $2
    WHERE a.workspace_id = $1 AND $3 LIKE '%,' || a.kind || ',%' AND a.last_at >= m.created_at
    AND NOT EXISTS (SELECT 1 FROM alert_reads r
        WHERE r.workspace_id = a.workspace_id AND r.alert_id = a.id AND r.member_id = m.id)
    ORDER BY a.id LIMIT $4";

/// Read in one transaction: nobody else who writes has to wait longer.
const PIECE: usize = 100;

const READ: &str = "INSERT INTO alert_reads (workspace_id, alert_id, member_id, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (alert_id, member_id) DO NOTHING";

/// From now on the same happening again is a new alert.
const FIRST_READ: &str =
    "UPDATE alerts SET first_read_at = $3 WHERE workspace_id = $1 AND id = $2 AND first_read_at IS NULL";

/// Notes that the member has read an alert; colleagues still have it before them. Reading twice changes nothing.
///
/// # Errors
/// `NotFound` for one that does not exist or is not the member's to see.
pub async fn mark_read(ctx: &Ctx, id: AlertId) -> Result<()> {
    let kinds = seen(ctx);
    let mut tx = ctx.begin().await?;
    let found: Option<Uuid> = sql!(scalar_opt Uuid, tx.conn(), VISIBLE, ctx.ws(), id.0, kinds.as_str())?;
    let id = found.ok_or(domain::Error::NotFound)?;
    if note(ctx, &mut tx, id).await? {
        audit::record(&mut tx, ctx, Entry::new(Action::AlertRead).on("alert", id)).await?;
    }
    Ok(tx.commit().await?)
}

/// Notes that the member has read all that they may see, in pieces; the audit trail has an entry for each.
///
/// # Errors
/// When the database cannot be written.
pub async fn mark_all_read(ctx: &Ctx) -> Result<()> {
    while mark_piece(ctx).await? == PIECE {}
    Ok(())
}

/// Returns how many there were.
async fn mark_piece(ctx: &Ctx) -> Result<usize> {
    let (kinds, limit) = (seen(ctx), i64::try_from(PIECE).unwrap_or(i64::MAX));
    let mut tx = ctx.begin().await?;
    let unread: Vec<Uuid> = sql!(scalars Uuid, tx.conn(), UNREAD, ctx.ws(), ctx.me().id.0, kinds.as_str(), limit)?;
    let found = unread.len();
    // One by one in the order of ids: two members who do this at once do not wait for each other in a circle.
    let mut news = 0_usize;
    for id in unread {
        news += usize::from(note(ctx, &mut tx, id).await?);
    }
    if news > 0 {
        let about = if news == 1 { "All: 1 alert".to_owned() } else { format!("All: {news} alerts") };
        audit::record(&mut tx, ctx, Entry::new(Action::AlertRead).about(about)).await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// Whether the member had not read it before.
async fn note(ctx: &Ctx, tx: &mut Tx, id: Uuid) -> Result<bool> {
    let news = sql!(exec tx.conn(), READ, ctx.ws(), id, ctx.me().id.0, ctx.now())?;
    sql!(exec tx.conn(), FIRST_READ, ctx.ws(), id, ctx.now())?;
    Ok(news == 1)
}

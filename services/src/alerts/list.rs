use super::seen;
use crate::{Ctx, Result, sql};
use domain::{
    alert::{AlertView, Kind, Place, Severity},
    inbox::Page,
    time::Millis,
};
use uuid::Uuid;

/// What happened before somebody joined is theirs to look up, and news to them no more.
const LIST: &str = "SELECT a.id, a.kind, a.severity, a.title, a.body, a.link, a.times, a.first_at, a.last_at,
    (r.member_id IS NULL AND a.last_at >= m.created_at) AS unread
    FROM alerts a
    JOIN members m ON m.workspace_id = a.workspace_id AND m.id = $2
    LEFT JOIN alert_reads r ON r.workspace_id = a.workspace_id AND r.alert_id = a.id AND r.member_id = m.id
    WHERE a.workspace_id = $1 AND $3 LIKE '%,' || a.kind || ',%' AND (a.last_at, a.id) < ($4, $5)
    ORDER BY a.last_at DESC, a.id DESC LIMIT $6";

const UNREAD: &str = "SELECT COUNT(*) FROM alerts a
    JOIN members m ON m.workspace_id = a.workspace_id AND m.id = $2
    WHERE a.workspace_id = $1 AND $3 LIKE '%,' || a.kind || ',%' AND a.last_at >= m.created_at
    AND NOT EXISTS (SELECT 1 FROM alert_reads r
        WHERE r.workspace_id = a.workspace_id AND r.alert_id = a.id AND r.member_id = m.id)";

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    kind: String,
    severity: String,
    title: String,
    body: String,
    link: String,
    times: i64,
    first_at: Millis,
    last_at: Millis,
    unread: bool,
}

/// Alerts that the member may see, the latest first, at most `limit`, behind the one given. Whoever may see no kind of them
/// gets none.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(ctx: &Ctx, before: Option<Place>, limit: usize) -> Result<Page<AlertView>> {
    let before = before.unwrap_or(Place { at: Millis::MAX, id: Uuid::max().into() });
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (me, kinds) = (ctx.me().id.0, seen(ctx));
    let mut read = ctx.read().await?;
    let mut rows = sql!(all Record, read.conn(), LIST, ctx.ws(), me, kinds.as_str(), before.at, before.id.0, ask)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    // A kind of a newer version of Parlance is passed over.
    Ok(Page { items: rows.into_iter().filter_map(view).collect(), more })
}

/// How many alerts wait for the member.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    let kinds = seen(ctx);
    let mut read = ctx.read().await?;
    Ok(sql!(scalar i64, read.conn(), UNREAD, ctx.ws(), ctx.me().id.0, kinds.as_str())?)
}

fn view(row: Record) -> Option<AlertView> {
    Some(AlertView {
        id: row.id.into(),
        kind: Kind::parse(&row.kind)?,
        severity: Severity::parse(&row.severity)?,
        title: row.title,
        body: row.body,
        link: row.link,
        times: row.times,
        first_at: row.first_at,
        last_at: row.last_at,
        unread: row.unread,
    })
}

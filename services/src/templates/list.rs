use super::Record;
use crate::{Ctx, Result, sql};
use domain::{
    id::{NumberId, TemplateId},
    inbox::Page,
    permission::Permission,
};
use uuid::Uuid;

pub use domain::template::Template;

/// What could be sent now or was paused; by name, then language.
const OF_NUMBER: &str = "SELECT t.* FROM templates t
    JOIN numbers n ON n.workspace_id = t.workspace_id AND n.waba_id = t.waba_id
    WHERE t.workspace_id = $1 AND n.id = $2 AND t.status IN ('approved', 'paused')
    ORDER BY t.name, t.language, t.id";
const ALL: &str = "SELECT * FROM templates WHERE workspace_id = $1 AND id < $2 AND status <> 'gone'
    ORDER BY id DESC LIMIT $3";
const ONE: &str = "SELECT * FROM templates WHERE workspace_id = $1 AND id = $2";

/// The templates of a number's account that are approved, or paused for a while: [`Template::why_not`] tells which of them
/// cannot be sent. A template in several languages stands there once for each.
///
/// # Errors
/// `Forbidden` without `templates.view`.
pub async fn list(ctx: &Ctx, number: NumberId) -> Result<Vec<Template>> {
    ctx.demand(Permission::TemplatesView)?;
    let mut read = ctx.read().await?;
    let found = sql!(all Record, read.conn(), OF_NUMBER, ctx.ws(), number.0)?;
    Ok(found.into_iter().map(Template::from).collect())
}

/// Every template that Meta lists for the workspace's accounts, the newest first, at most `limit`, behind the one given.
///
/// # Errors
/// `Forbidden` without `templates.view`.
pub async fn all(ctx: &Ctx, after: Option<TemplateId>, limit: usize) -> Result<Page<Template>> {
    ctx.demand(Permission::TemplatesView)?;
    let after = after.map_or(Uuid::max(), |after| after.0);
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut read = ctx.read().await?;
    let mut found = sql!(all Record, read.conn(), ALL, ctx.ws(), after, ask)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Page { items: found.into_iter().map(Template::from).collect(), more })
}

/// One template.
///
/// # Errors
/// `Forbidden` without `templates.view`; `NotFound`.
pub async fn get(ctx: &Ctx, template: TemplateId) -> Result<Template> {
    ctx.demand(Permission::TemplatesView)?;
    let mut read = ctx.read().await?;
    let found = sql!(opt Record, read.conn(), ONE, ctx.ws(), template.0)?;
    Ok(found.ok_or(domain::Error::NotFound)?.into())
}

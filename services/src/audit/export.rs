use super::{Entry, list::page, record};
use crate::{Ctx, Result};
use domain::{
    audit::{Action, EntryView, Filter},
    permission::Permission,
};
use futures::{Stream, TryStreamExt, stream};
use serde_json::Value;

/// Entries that are in memory at a time.
const AT_ONCE: usize = 500;

/// All entries that the filter leaves, the newest first, a page at a time: any number of them takes the same memory. That it
/// was asked for is audited itself.
///
/// # Errors
/// `Forbidden` without `audit.export`. The stream ends with an error when the database fails or the permission is lost.
pub async fn export(ctx: &Ctx, filter: Filter) -> Result<impl Stream<Item = Result<EntryView>> + Send + use<>> {
    ctx.demand_all(Permission::AuditExport)?;
    let asked = serde_json::to_value(&filter).unwrap_or(Value::Null);
    let mut tx = ctx.begin().await?;
    let entry = Entry::new(Action::AuditExported).on("workspace", ctx.ws()).change(Value::Null, asked);
    record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    let (ctx, start) = (ctx.clone(), Some(None));
    let pages = stream::try_unfold((ctx, filter, start), |(ctx, filter, next)| async move {
        let Some(before) = next else { return Ok(None) };
        // A file that takes long stops where the permission does.
        ctx.again().await?.demand_all(Permission::AuditExport)?;
        let page = page(&ctx.services, ctx.ws(), &filter, before, AT_ONCE).await?;
        let next = page.items.last().filter(|_| page.more).map(|last| Some(last.cursor()));
        Ok::<_, crate::Error>(Some((page.items, (ctx, filter, next))))
    });
    Ok(pages.map_ok(|items| stream::iter(items.into_iter().map(Ok))).try_flatten())
}

use super::list::record;
use crate::{Ctx, Error, Result, sql};
use domain::{
    id::ImportId,
    import::{Import, Outcome},
    permission::Permission,
};
use futures::{Stream, TryStreamExt, stream};

const PIECE: &str = "SELECT lines FROM import_reports WHERE workspace_id = $1 AND import_id = $2 AND nth = $3";

/// A line, what became of it, and why.
pub type Reported = (i64, Outcome, String);

/// What became of each line so far, in the order of the file, a piece at a time: any length takes the same memory. Lines that
/// fill more than one line of an editor are known by the first.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`. The stream ends with an error when the database fails.
pub async fn report(ctx: &Ctx, id: ImportId) -> Result<(Import, impl Stream<Item = Result<Reported>> + Send + use<>)> {
    ctx.demand_all(Permission::ContactsImport)?;
    let record = {
        let mut read = ctx.read().await?;
        record(read.conn(), ctx.ws(), id).await?
    };
    let pieces = stream::try_unfold((ctx.clone(), 0_i64), move |(ctx, nth)| async move {
        ctx.again().await?.demand_all(Permission::ContactsImport)?;
        let mut read = ctx.read().await?;
        let piece: Option<String> = sql!(scalar_opt String, read.conn(), PIECE, ctx.ws(), id.0, nth)?;
        drop(read);
        let Some(piece) = piece else { return Ok(None) };
        let lines: Vec<Reported> =
            serde_json::from_str(&piece).map_err(|e| Error::Internal(format!("report of an import: {e}")))?;
        Ok::<_, Error>(Some((lines, (ctx, nth + 1))))
    });
    Ok((record.into(), pieces.map_ok(|lines| stream::iter(lines.into_iter().map(Ok))).try_flatten()))
}

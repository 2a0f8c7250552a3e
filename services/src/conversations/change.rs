use super::{lines::Line, row::RowRecord, thread::find};
use crate::{
    Ctx, Result,
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    id::ConversationId,
    inbox::{Event, Eyes, Place, Row},
};

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// Opens a transaction and locks a conversation in it, if the member may see it.
pub(super) async fn lock(ctx: &Ctx, id: ConversationId) -> Result<(Tx, RowRecord)> {
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_conversation(tx, ctx.ws(), id.0).await?;
    }
    let row = find(ctx, tx.conn(), id).await?;
    Ok((tx, row))
}

/// The same for a change that writes the contact too: ingest locks contacts before conversations, so it has to wait outside.
pub(super) async fn lock_with_contact(ctx: &Ctx, id: ConversationId) -> Result<(Tx, RowRecord)> {
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
        dialect::postgres::lock_conversation(tx, ctx.ws(), id.0).await?;
    }
    let row = find(ctx, tx.conn(), id).await?;
    Ok((tx, row))
}

/// Commits a change of the conversation itself and tells everybody; returns the row after it, as the member may see it.
pub(super) async fn commit(ctx: &Ctx, tx: Tx, before: RowRecord) -> Result<Row> {
    commit_with(ctx, tx, before, None).await
}

/// The same with a line in the thread that says what was done.
pub(super) async fn commit_line(ctx: &Ctx, tx: Tx, before: RowRecord, line: Line) -> Result<Row> {
    commit_with(ctx, tx, before, Some(line)).await
}

async fn commit_with(ctx: &Ctx, mut tx: Tx, before: RowRecord, line: Option<Line>) -> Result<Row> {
    let before = Row::from(before);
    let after: RowRecord = sql!(one RowRecord, tx.conn(), ROW, ctx.ws(), before.id.0)?;
    let after = Row::from(after);
    let veiled = Eyes::of(ctx.access(), ctx.me().id).veil(after.clone());
    if after == before {
        return Ok(veiled);
    }
    let lines = match line {
        Some(line) => vec![line.write(tx.conn(), ctx.ws(), before.id.0).await?],
        None => Vec::new(),
    };
    finish(ctx, tx, Event::Conversation { row: after, was: Place::of(&before), lines }).await?;
    Ok(veiled)
}

/// Records one event, commits and publishes it.
pub(super) async fn finish(ctx: &Ctx, mut tx: Tx, event: Event) -> Result<()> {
    let seq = live::record(&mut tx, ctx.ws(), &[event], ctx.now()).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(())
}

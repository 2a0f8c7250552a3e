//! A number that somebody lets rest.

use super::{Scope, park::resume, queued};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
};
use domain::{audit::Action, id::NumberId, permission::Permission};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the park of a number that somebody paused says beside its scope. What Meta blocks says nothing there, so neither lifts the
/// other.
pub const PAUSED: &str = "paused";

const ACTIVE: &str = "SELECT name FROM numbers WHERE workspace_id = $1 AND id = $2 AND state = 'active'";
const PAUSE: &str = "INSERT INTO parks (workspace_id, number_id, scope, what, reason, parked_at)
    VALUES ($1, $2, 'number', $3, $4, $5) ON CONFLICT (number_id, scope, what) DO NOTHING";
const ALL: &str = "SELECT number_id FROM parks WHERE workspace_id = $1 AND scope = 'number' AND what = $2";

/// Lets a number send nothing until somebody resumes it. What is written waits in its order; what is on its way goes out. Doing
/// it twice changes nothing.
///
/// # Errors
/// `Forbidden` without `operations.manage`; `NotFound` when the workspace has no such number that is connected.
pub async fn pause(ctx: &Ctx, number: NumberId) -> Result<()> {
    ctx.demand_all(Permission::OperationsManage)?;
    let mut tx = ctx.begin().await?;
    sql!(scalar_opt String, tx.conn(), ACTIVE, ctx.ws(), number.0)?.ok_or(domain::Error::NotFound)?;
    let reason = format!("{} paused it.", ctx.me().name);
    if sql!(exec tx.conn(), PAUSE, ctx.ws(), number.0, PAUSED, reason.as_str(), ctx.now())? == 0 {
        return Ok(());
    }
    let entry = Entry::new(Action::NumberPaused).on("number", number.0).change(Value::Null, json!({ "paused": true }));
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    // Whoever sends for it learns of it.
    queued(ctx.services());
    Ok(())
}

/// Lets a number send again that somebody paused or Meta blocked. One that waits for a new token goes on waiting. Doing it twice
/// changes nothing.
///
/// # Errors
/// `Forbidden` without `operations.manage`; `NotFound` when the workspace has no such number that is connected.
pub async fn resume_number(ctx: &Ctx, number: NumberId) -> Result<()> {
    ctx.demand_all(Permission::OperationsManage)?;
    {
        let mut read = ctx.read().await?;
        sql!(scalar_opt String, read.conn(), ACTIVE, ctx.ws(), number.0)?.ok_or(domain::Error::NotFound)?;
    }
    for what in [PAUSED, ""] {
        match resume(ctx, number, Scope::Number, what).await {
            Ok(()) | Err(Error::Domain(domain::Error::NotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The numbers that somebody paused.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn paused(ctx: &Ctx) -> Result<Vec<NumberId>> {
    ctx.demand(Permission::OperationsView)?;
    let mut read = ctx.read().await?;
    let found = sql!(scalars Uuid, read.conn(), ALL, ctx.ws(), PAUSED)?;
    Ok(found.into_iter().map(NumberId).collect())
}

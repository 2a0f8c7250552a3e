use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::Conn,
    live, numbers, sql,
};
use domain::{audit::Action, permission::Permission, workspace::Setup};
use serde_json::{Value, json};

const HIDDEN: &str = "SELECT setup_hidden_at FROM workspaces WHERE id = $1";
const HIDE: &str = "UPDATE workspaces SET setup_hidden_at = $2 WHERE id = $1 AND setup_hidden_at IS NULL";
// A window is there once a customer has written.
const HEARD: &str =
    "SELECT EXISTS (SELECT 1 FROM conversations WHERE workspace_id = $1 AND window_expires_at IS NOT NULL)";
const COLLEAGUES: &str =
    "SELECT EXISTS (SELECT 1 FROM members WHERE workspace_id = $1 AND id <> $2 AND removed_at IS NULL)
    OR EXISTS (SELECT 1 FROM invitations WHERE workspace_id = $1 AND closed_at IS NULL)";
const APPROVED: &str = "SELECT EXISTS (SELECT 1 FROM templates WHERE workspace_id = $1 AND status = 'approved')";

/// What is left to be done until customers can be served; `None` for whoever does not set the workspace up, once it is all
/// done, and when somebody put it away.
///
/// # Errors
/// When the database cannot be asked.
pub async fn setup(ctx: &Ctx) -> Result<Option<Setup>> {
    if !ctx.access().allows(Permission::WorkspaceSettings) {
        return Ok(None);
    }
    let number = numbers::list(ctx).await?.into_iter().next();
    let mut read = ctx.read().await?;
    if hidden(ctx, read.conn()).await? {
        return Ok(None);
    }
    let ws = ctx.ws();
    let setup = Setup {
        heard: sql!(scalar bool, read.conn(), HEARD, ws)?,
        colleagues: sql!(scalar bool, read.conn(), COLLEAGUES, ws, ctx.me().id.0)?,
        template: sql!(scalar bool, read.conn(), APPROVED, ws)?,
        number,
    };
    Ok(Some(setup).filter(|setup| setup.done() < Setup::STEPS))
}

/// Puts the list away, for everybody.
///
/// # Errors
/// `Forbidden` without `workspace.settings`.
pub async fn hide_setup(ctx: &Ctx) -> Result<()> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    if sql!(exec tx.conn(), HIDE, ctx.ws(), ctx.now())? == 1 {
        let entry = Entry::new(Action::SetupHidden).change(Value::Null, json!({ "hidden": true }));
        audit::record(&mut tx, ctx, entry).await?;
        let seq = live::setup_changed(&mut tx, ctx.ws(), ctx.now()).await?;
        tx.commit().await?;
        ctx.services().bus().publish(ctx.ws(), seq);
    }
    Ok(())
}

async fn hidden(ctx: &Ctx, conn: Conn<'_>) -> Result<bool> {
    let at = sql!(scalar Option<i64>, conn, HIDDEN, ctx.ws())?;
    Ok(at.is_some())
}

//! What a workspace sets for itself.

use super::change::Change;
use crate::{
    Ctx, Result,
    accounts::totp,
    audit::{self, Entry},
    db::Conn,
    sql, workspaces,
};
use domain::{audit::Action, permission::Permission, team::Settings};

const GET: &str = "SELECT name, agents_see_unassigned, require_totp, audit_days, read_receipts, typing_indicator,
    unconfirmed_rule FROM workspaces WHERE id = $1";
const SET: &str = "UPDATE workspaces SET name = $2, agents_see_unassigned = $3, require_totp = $4, audit_days = $5,
    read_receipts = $6, typing_indicator = $7, unconfirmed_rule = $8 WHERE id = $1";

/// What becomes of a message that Meta does not confirm.
const HOLD: &str = "hold";
pub(crate) const RESEND: &str = "resend";

/// The settings as they are.
///
/// # Errors
/// `Forbidden` without `workspace.settings`.
pub async fn get(ctx: &Ctx) -> Result<Settings> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut read = ctx.read().await?;
    load(ctx, read.conn()).await
}

async fn load(ctx: &Ctx, conn: Conn<'_>) -> Result<Settings> {
    let (name, agents_see_unassigned, require_totp, audit_days, read_receipts, typing_indicator, rule) =
        sql!(one(String, bool, bool, i64, bool, bool, String), conn, GET, ctx.ws())?;
    let resend_unconfirmed = rule == RESEND;
    Ok(Settings {
        name,
        agents_see_unassigned,
        require_totp,
        read_receipts,
        typing_indicator,
        resend_unconfirmed,
        audit_days,
    })
}

/// Saves all settings. What members may see follows at once.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `Invalid` names the field.
pub async fn save(ctx: &Ctx, settings: Settings) -> Result<Settings> {
    let after = Settings { name: workspaces::name(&settings.name)?, ..settings };
    if !Settings::AUDIT_DAYS.contains(&after.audit_days) {
        let (least, most) = Settings::AUDIT_DAYS.into_inner();
        let problem = format!("keep the audit trail for {least} to {most} days");
        return Err(domain::Error::invalid("audit_days", problem).into());
    }
    let mut change = Change::begin(ctx, Permission::WorkspaceSettings).await?;
    let before = load(ctx, change.conn()).await?;
    if before == after {
        return Ok(after);
    }
    if after.require_totp && !before.require_totp && !totp::is_on(change.conn(), ctx.user()).await? {
        let problem = "set up your own second factor first, under Security";
        return Err(domain::Error::invalid("second factor", problem).into());
    }
    let rule = if after.resend_unconfirmed { RESEND } else { HOLD };
    sql!(exec change.conn(), SET, ctx.ws(), after.name.as_str(), after.agents_see_unassigned, after.require_totp,
        after.audit_days, after.read_receipts, after.typing_indicator, rule)?;
    let json = |settings: &Settings| serde_json::to_value(settings).unwrap_or_default();
    let entry = Entry::new(Action::SettingsChanged).on("workspace", ctx.ws()).change(json(&before), json(&after));
    audit::record(&mut change.tx, ctx, entry).await?;
    if before.agents_see_unassigned == after.agents_see_unassigned && before.require_totp == after.require_totp {
        change.commit().await?;
    } else {
        change.commit_access(None).await?;
    }
    Ok(after)
}

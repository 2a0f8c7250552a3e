use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::{Conn, Tx, dialect},
    sql,
};
use domain::{
    audit::Action,
    opt_out::{Scope, Settings},
    permission::Permission,
};
use serde_json::Value;
use uuid::Uuid;

const GET: &str = "SELECT opt_out_scope, opt_out FROM workspaces WHERE id = $1";
const SET: &str = "UPDATE workspaces SET opt_out_scope = $2, opt_out = $3 WHERE id = $1";

/// How the workspace deals with opt-outs.
///
/// # Errors
/// `Forbidden` without `workspace.settings`.
pub async fn get(ctx: &Ctx) -> Result<Settings> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut read = ctx.read().await?;
    load(read.conn(), ctx.ws()).await
}

/// Changes it; holds for the next message that comes in or goes out.
///
/// # Errors
/// `Forbidden`; `Invalid` names the field.
pub async fn save(ctx: &Ctx, settings: Settings) -> Result<Settings> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let after = settings.checked()?;
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let before = load(tx.conn(), ctx.ws()).await?;
    if before == after {
        return Ok(after);
    }
    let json = stored(&after)?;
    sql!(exec tx.conn(), SET, ctx.ws(), after.scope.as_str(), &json)?;
    let (was, became) = different(&before, &after)?;
    let entry = Entry::new(Action::SettingsChanged).on("workspace", ctx.ws()).change(was, became);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(after)
}

/// What is withheld from contacts who opted out.
///
/// # Errors
/// When the database fails.
pub async fn scope(ctx: &Ctx) -> Result<Scope> {
    let mut read = ctx.read().await?;
    Ok(load(read.conn(), ctx.ws()).await?.scope)
}

pub(crate) async fn load(conn: Conn<'_>, workspace: Uuid) -> Result<Settings> {
    let (scope, json) = sql!(one(String, String), conn, GET, workspace)?;
    let settings: Settings = serde_json::from_str(&json).map_err(internal)?;
    Ok(Settings { scope: Scope::parse(&scope), ..settings })
}

/// The scope has a column of its own, which the sender reads.
fn stored(settings: &Settings) -> Result<String> {
    let mut json = serde_json::to_value(settings).map_err(internal)?;
    if let Some(fields) = json.as_object_mut() {
        fields.remove("scope");
    }
    Ok(json.to_string())
}

/// The fields that differ, before and after.
fn different(before: &Settings, after: &Settings) -> Result<(Value, Value)> {
    let [mut was, mut became] =
        [serde_json::to_value(before).map_err(internal)?, serde_json::to_value(after).map_err(internal)?];
    if let (Some(old), Some(new)) = (was.as_object_mut(), became.as_object_mut()) {
        let same: Vec<String> = old.keys().filter(|key| old.get(*key) == new.get(*key)).cloned().collect();
        for key in same {
            old.remove(&key);
            new.remove(&key);
        }
    }
    Ok((was, became))
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn internal(e: serde_json::Error) -> Error {
    Error::Internal(format!("opt-out settings: {e}"))
}

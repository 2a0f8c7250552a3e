use super::list::record;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    contacts::fields,
    sql,
};
use domain::{
    audit::Action,
    id::ImportId,
    import::{Import, Plan, Target},
    permission::Permission,
};
use serde_json::{Value, json};

const START: &str = "UPDATE imports SET state = 'running', plan = $3, started_at = $4, member_id = $5
    WHERE workspace_id = $1 AND id = $2 AND state = 'draft'";

/// Starts an import: a worker goes on with it, see [`super::worker`]. Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden` without `contacts.import`, and without `contacts.consent` for all where a column says who wants to hear from us;
/// `NotFound`; `Invalid` says what is wrong with the plan.
pub async fn start(ctx: &Ctx, id: ImportId, plan: &Plan) -> Result<Import> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut tx = ctx.begin().await?;
    let before = record(tx.conn(), ctx.ws(), id).await?;
    let known = fields::all(tx.conn(), ctx.ws()).await?;
    let columns = serde_json::from_str::<Vec<String>>(&before.header).unwrap_or_default().len();
    let plan = plan.checked(columns, &known)?;
    if plan.targets.contains(&Target::Consent) {
        ctx.demand_all(Permission::ContactsConsent)?;
    }
    let json = json!(plan).to_string();
    if sql!(exec tx.conn(), START, ctx.ws(), id.0, &json, ctx.now(), ctx.me().id.0)? > 0 {
        let after = json!({ "file": before.file_name, "bytes": before.size, "known": plan.known,
            "calling_code": plan.calling_code, "proof": plan.proof, "state": "started" });
        let entry = Entry::new(Action::ContactsImported).on("import", id.0).change(Value::Null, after);
        audit::record(&mut tx, ctx, entry).await?;
    }
    let after = record(tx.conn(), ctx.ws(), id).await?;
    tx.commit().await?;
    Ok(after.into())
}

use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    sql,
};
use domain::{audit::Action, id::WorkspaceId, plan::Plan, workspace::Slug};
use serde_json::json;
use uuid::Uuid;

const PLAN: &str = "SELECT plan FROM workspaces WHERE slug = $1";
const WORKSPACE: &str = "SELECT id, plan FROM workspaces WHERE slug = $1";
const SET: &str = "UPDATE workspaces SET plan = $2 WHERE id = $1";

/// The plan of a workspace.
///
/// # Errors
/// `NotFound` when there is no such workspace.
pub async fn plan_of(services: &Services, slug: &Slug) -> Result<Plan> {
    let mut read = services.db().read().await?;
    let plan: Option<String> = sql!(scalar_opt String, read.conn(), PLAN, slug.as_str())?;
    let plan = plan.ok_or(domain::Error::NotFound)?;
    Ok(Plan::parse(&plan).unwrap_or(Plan::Free))
}

/// Gives a workspace another plan. A minute that has begun may be finished under the old one.
///
/// # Errors
/// `NotFound` when there is no such workspace.
pub async fn set_plan(services: &Services, slug: &Slug, plan: Plan) -> Result<()> {
    let mut tx = services.db().begin().await?;
    let before: Option<(Uuid, String)> = sql!(opt(Uuid, String), tx.conn(), WORKSPACE, slug.as_str())?;
    let (workspace, before) = before.ok_or(domain::Error::NotFound)?;
    if before == plan.as_str() {
        return Ok(());
    }
    sql!(exec tx.conn(), SET, workspace, plan.as_str())?;
    let entry = Entry::new(Action::PlanChanged).change(json!({ "plan": before }), json!({ "plan": plan.as_str() }));
    let (now, origin) = (services.clock().now(), Origin::default());
    audit::record_as(services, &mut tx, WorkspaceId(workspace), Actor::System, &origin, now, entry).await?;
    tx.commit().await?;
    services.limits().changed([workspace]);
    Ok(())
}

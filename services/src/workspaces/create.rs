use crate::{Error, Result, Services, audit, clock::new_id, db::Conn, sql};
use domain::{
    id::WorkspaceId,
    plan::Plan,
    time::Millis,
    workspace::{AssignmentRule, Slug},
};
use uuid::Uuid;

const INSERT: &str = "INSERT INTO workspaces (id, slug, name, assignment_rule, plan, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (slug) DO NOTHING";

const COUNTER: &str = "INSERT INTO workspace_counters (workspace_id, event_seq) VALUES ($1, 0)";

const BY_SLUG: &str = "SELECT id FROM workspaces WHERE slug = $1";

/// Characters of a workspace's name.
const NAME_LIMIT: usize = 80;
/// Workspaces of one name, before somebody has to think of another.
const SAME_NAME: u32 = 1_000;

/// The name as it is stored.
///
/// # Errors
/// When nothing is left of it, or too much.
pub(crate) fn name(text: &str) -> Result<String, domain::Error> {
    let name = domain::text::storable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(domain::Error::invalid("workspace", "give the workspace a name")),
        n if n > NAME_LIMIT => {
            Err(domain::Error::invalid("workspace", format!("use at most {NAME_LIMIT} characters for its name")))
        }
        _ => Ok(name),
    }
}

/// Inserts a workspace under the first free slug of its name, and begins its audit trail.
pub(crate) async fn insert(
    services: &Services,
    mut conn: Conn<'_>,
    name: &str,
    rule: AssignmentRule,
    plan: Plan,
    now: Millis,
) -> Result<(WorkspaceId, Slug)> {
    let id = new_id();
    let plain = Slug::from_name(name);
    for n in 1..=SAME_NAME {
        let slug = if n == 1 { plain.clone() } else { plain.numbered(n) };
        if sql!(exec conn.again(), INSERT, id, slug.as_str(), name, rule.as_str(), plan.as_str(), now)? == 1 {
            sql!(exec conn.again(), COUNTER, id)?;
            audit::begin(services, conn, WorkspaceId(id), now).await?;
            return Ok((WorkspaceId(id), slug));
        }
    }
    Err(Error::Conflict(format!("There are too many workspaces called {name}. Choose another name.")))
}

/// The workspace behind a slug, for the few doors that act for no member.
pub(crate) async fn by_slug(conn: Conn<'_>, slug: &Slug) -> Result<WorkspaceId> {
    let id = sql!(scalar_opt Uuid, conn, BY_SLUG, slug.as_str())?;
    id.map(WorkspaceId)
        .ok_or_else(|| domain::Error::invalid("workspace", format!("there is no workspace {slug}")).into())
}

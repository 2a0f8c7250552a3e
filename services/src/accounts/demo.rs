use super::{SignedIn, signed_in};
use crate::{Error, Result, Services, members::brief, sql, workspaces};
use domain::{
    id::UserId,
    workspace::{MemberBrief, Slug},
};
use uuid::Uuid;

const MEMBERS: &str = "SELECT m.user_id, m.id, u.name, m.role, r.name, r.permissions FROM workspaces w
    JOIN members m ON m.workspace_id = w.id AND m.removed_at IS NULL
    JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE w.slug = $1 ORDER BY m.created_at, m.id";

/// The members that a demo offers for signing in with one click; none outside of a demo.
///
/// # Errors
/// When the database cannot be asked.
pub async fn demo_members(services: &Services, slug: &Slug) -> Result<Vec<(UserId, MemberBrief)>> {
    if workspaces::demo_flag(services).await? != Some(true) {
        return Ok(Vec::new());
    }
    let mut read = services.db().read().await?;
    let rows =
        sql!(all(Uuid, Uuid, String, String, Option<String>, Option<String>), read.conn(), MEMBERS, slug.as_str())?;
    rows.into_iter()
        .map(|(user, id, name, role, title, own)| {
            Ok((UserId(user), brief(id, name, &role, title, own.as_deref(), false)?))
        })
        .collect()
}

/// Signs somebody in without a password, in a demo database only.
///
/// # Errors
/// `NotFound` outside of a demo, and for an account that does not exist.
pub async fn sign_in_demo(services: &Services, user: UserId) -> Result<SignedIn> {
    if workspaces::demo_flag(services).await? != Some(true) {
        return Err(domain::Error::NotFound.into());
    }
    signed_in(services, user).await?.ok_or(Error::Domain(domain::Error::NotFound))
}

//! The people of a workspace.

use crate::{
    Actor, Ctx, Origin, Result, Services,
    accounts::{self, BY_EMAIL},
    audit::{self, Entry},
    clock::new_id,
    ctx::held,
    db::Conn,
    sql, workspaces,
};
use domain::{
    audit::Action,
    id::{MemberId, UserId, WorkspaceId},
    permission::{Access, Permission},
    role::Role,
    time::{MINUTE, Millis},
    workspace::{MemberBrief, Reads, Slug},
};
use serde_json::{Value, json};
use uuid::Uuid;

const LIST: &str = "SELECT m.id, u.name, m.role, r.name, r.permissions FROM members m
    JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.removed_at IS NULL ORDER BY u.name, m.id";

const INSERT_USER: &str = "INSERT INTO users (id, email, name, password_hash, password_changed_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (email) DO NOTHING";

const INSERT: &str = "INSERT INTO members (workspace_id, id, user_id, role, available, last_turn, created_at)
    VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (workspace_id, user_id) DO NOTHING";

/// It changes nothing, and takes the account's row: see `accept`.
const TAKE: &str = "UPDATE users SET name = name WHERE id = $1";

const SET_AVAILABLE: &str = "UPDATE members SET available = $3 WHERE workspace_id = $1 AND id = $2";

const LAST_ACTIVE: &str = "SELECT last_active_at FROM members WHERE workspace_id = $1 AND id = $2";

const ACTIVE: &str = "UPDATE members SET last_active_at = $3 WHERE workspace_id = $1 AND id = $2";

/// Somebody who gets an account.
pub(crate) struct Person<'a> {
    /// Folded by [`domain::text::email`].
    pub email: &'a str,
    pub name: &'a str,
    pub hash: &'a str,
}

/// A member that was added, and the account behind it.
#[derive(Clone, Debug)]
pub struct Added {
    pub user: UserId,
    pub member: MemberBrief,
}

/// Everybody in the workspace, by name; who may not see the team sees themselves.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(ctx: &Ctx) -> Result<Vec<MemberBrief>> {
    if !ctx.access().allows(Permission::TeamsView) {
        return Ok(vec![ctx.me().clone()]);
    }
    let mut read = ctx.read().await?;
    let rows = sql!(all(Uuid, String, String, Option<String>, Option<String>), read.conn(), LIST, ctx.ws())?;
    let unassigned = ctx.access().unassigned;
    rows.into_iter()
        .map(|(id, name, role, title, own)| brief(id, name, &role, title, own.as_deref(), unassigned))
        .collect()
}

/// A member as colleagues see them, from their row, that of their role, and whether the workspace shows its members what is
/// nobody's.
pub(crate) fn brief(
    id: Uuid,
    name: String,
    role: &str,
    title: Option<String>,
    own: Option<&str>,
    unassigned: bool,
) -> Result<MemberBrief> {
    let (role, permissions) = held(role, own)?;
    let access = Access { permissions, unassigned };
    Ok(MemberBrief { id: MemberId(id), name, role, title, replies: access.can_reply(), reads: Reads::of(&access) })
}

/// Whether new conversations are given to the member.
///
/// # Errors
/// When the database cannot be written.
pub async fn set_available(ctx: &Ctx, available: bool) -> Result<()> {
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), SET_AVAILABLE, ctx.ws(), ctx.me().id.0, available)?;
    let entry = Entry::new(Action::AvailabilityChanged).on("member", ctx.me().id.0);
    audit::record(&mut tx, ctx, entry.change(Value::Null, json!({ "available": available }))).await?;
    Ok(tx.commit().await?)
}

/// Adds a member. An account that exists keeps its name and password.
///
/// # Errors
/// `Invalid` names the field; `Conflict` when they are a member already.
pub async fn add(
    services: &Services,
    workspace: &Slug,
    email: &str,
    name: &str,
    password: &str,
    role: Role,
) -> Result<Added> {
    accounts::check("password", password)?;
    let hash = services.passwords().hash(password).await?;
    let email = domain::text::email(&domain::text::storable(email))?;
    let name = domain::text::storable(name.trim());
    let name = if name.is_empty() { name_of(&email).to_owned() } else { name };
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let workspace = workspaces::by_slug(tx.conn(), workspace).await?;
    let person = Person { email: &email, name: &name, hash: &hash };
    let (user, name) = match insert_user(tx.conn(), person, now).await? {
        Some(user) => (user, name),
        None => {
            let (user, name, _) = sql!(one(Uuid, String, String), tx.conn(), BY_EMAIL, email.as_str())?;
            (UserId(user), name)
        }
    };
    let id = MemberId(new_id());
    insert(tx.conn(), workspace, id.0, user, role, now).await?;
    let entry = Entry::new(Action::MemberAdded).on("member", id.0).change(Value::Null, json!({ "role": role }));
    audit::record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), now, entry).await?;
    tx.commit().await?;
    Ok(Added { user, member: brief(id.0, name, role.as_str(), None, None, false)? })
}

/// `None` when the e-mail is taken.
pub(crate) async fn insert_user(conn: Conn<'_>, person: Person<'_>, now: Millis) -> sqlx::Result<Option<UserId>> {
    let id = new_id();
    let rows = sql!(exec conn, INSERT_USER, id, person.email, person.name, person.hash, now)?;
    Ok((rows == 1).then_some(UserId(id)))
}

pub(crate) async fn insert(
    mut conn: Conn<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    user: UserId,
    role: Role,
    now: Millis,
) -> Result<()> {
    sql!(exec conn.again(), TAKE, user.0)?;
    let rows = sql!(exec conn, INSERT, workspace.0, id, user.0, role.as_str(), role.permissions().allows(Permission::MessagesSend), now)?;
    if rows == 0 {
        return Err(crate::Error::Conflict("They are a member of this workspace already.".to_owned()));
    }
    Ok(())
}

/// What stands before the `@`, until the person says more.
pub(crate) fn name_of(email: &str) -> &str {
    email.split('@').next().filter(|name| !name.is_empty()).unwrap_or(email)
}

/// Notes that the member is here, at most once a minute.
///
/// # Errors
/// When the database cannot be asked.
pub async fn seen(ctx: &Ctx) -> Result<()> {
    let (now, me) = (ctx.now(), ctx.me().id.0);
    let last = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt Option<i64>, read.conn(), LAST_ACTIVE, ctx.ws(), me)?.flatten()
    };
    if last.is_none_or(|last| now - last >= MINUTE) {
        let mut tx = ctx.begin().await?;
        sql!(exec tx.conn(), ACTIVE, ctx.ws(), me, now)?;
        tx.commit().await?;
    }
    Ok(())
}

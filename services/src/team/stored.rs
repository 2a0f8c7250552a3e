//! Members and roles as their rows hold them.

use crate::{
    Result,
    ctx::{held, parse_permissions},
    db::Conn,
    sql,
};
use domain::{
    id::{MemberId, RoleId},
    permission::{Permission, Permissions},
    role::{CustomRole, Role, RoleRef},
};
use serde_json::{Value, json};
use uuid::Uuid;

const MEMBER: &str = "SELECT u.name, m.role, m.role_id, r.name AS title, r.permissions, m.removed_at
    FROM members m JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2";

const ROLE: &str = "SELECT id, name, about, base, permissions FROM roles WHERE workspace_id = $1 AND id = $2";

/// A member, removed or not.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Stored {
    pub name: String,
    pub role: String,
    pub role_id: Option<Uuid>,
    pub title: Option<String>,
    permissions: Option<String>,
    pub removed_at: Option<i64>,
}

impl Stored {
    pub fn permissions(&self) -> Result<Permissions> {
        Ok(held(&self.role, self.permissions.as_deref())?.1)
    }

    /// Holds the built-in role of an Owner; a role that was copied from it is another one.
    pub fn is_owner(&self) -> bool {
        self.role_id.is_none() && self.role == Role::Owner.as_str()
    }

    /// The role as the audit trail names it.
    pub fn role_json(&self) -> Value {
        json!({ "role": self.title.as_deref().unwrap_or(&self.role) })
    }
}

/// # Errors
/// `NotFound` for a member of another workspace too.
pub(super) async fn member(conn: Conn<'_>, workspace: Uuid, id: MemberId) -> Result<Stored> {
    let row = sql!(opt Stored, conn, MEMBER, workspace, id.0)?;
    Ok(row.ok_or(domain::Error::NotFound)?)
}

/// Whether conversations can be given to somebody: a member of this workspace who may answer customers.
pub(super) async fn takes_conversations(conn: Conn<'_>, workspace: Uuid, id: MemberId) -> Result<bool> {
    match sql!(opt Stored, conn, MEMBER, workspace, id.0)? {
        Some(member) if member.removed_at.is_none() => Ok(member.permissions()?.allows(Permission::MessagesSend)),
        _ => Ok(false),
    }
}

/// # Errors
/// `Invalid` for somebody to whom no conversations can be given, who may be of another workspace.
pub(super) async fn must_take(conn: Conn<'_>, workspace: Uuid, id: MemberId) -> Result<()> {
    if takes_conversations(conn, workspace, id).await? {
        return Ok(());
    }
    Err(domain::Error::invalid("member", "choose a member who may answer customers").into())
}

/// A role's row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct RoleRow {
    pub id: Uuid,
    pub name: String,
    pub about: String,
    pub base: String,
    pub permissions: String,
}

impl RoleRow {
    pub fn custom(self) -> Result<CustomRole> {
        let permissions = parse_permissions(&self.permissions)?;
        Ok(CustomRole {
            id: RoleId(self.id),
            name: self.name,
            about: self.about,
            base: self.base.parse()?,
            permissions,
        })
    }
}

/// What a [`RoleRef`] stands for.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub base: Role,
    /// Of a role that the workspace made.
    pub id: Option<Uuid>,
    pub name: String,
    pub about: String,
    pub permissions: Permissions,
}

impl Resolved {
    pub fn role_json(&self) -> Value {
        match self.id {
            Some(_) => json!({ "role": self.name }),
            None => json!({ "role": self.base.as_str() }),
        }
    }
}

/// # Errors
/// `NotFound` for a role that this workspace does not have.
pub(super) async fn role(conn: Conn<'_>, workspace: Uuid, id: RoleId) -> Result<CustomRole> {
    let row = sql!(opt RoleRow, conn, ROLE, workspace, id.0)?;
    row.ok_or(domain::Error::NotFound)?.custom()
}

/// # Errors
/// `NotFound` for a role that this workspace does not have.
pub(super) async fn resolve(conn: Conn<'_>, workspace: Uuid, wanted: RoleRef) -> Result<Resolved> {
    match wanted {
        RoleRef::BuiltIn(role) => Ok(Resolved {
            base: role,
            id: None,
            name: role.label().to_owned(),
            about: role.about().to_owned(),
            permissions: role.permissions(),
        }),
        RoleRef::Custom(id) => {
            let CustomRole { id, name, about, base, permissions } = self::role(conn, workspace, id).await?;
            Ok(Resolved { base, id: Some(id.0), name, about, permissions })
        }
    }
}

/// The role that two columns stand for.
pub(super) fn role_ref(role: &str, id: Option<Uuid>) -> Result<RoleRef> {
    Ok(match id {
        Some(id) => RoleRef::Custom(RoleId(id)),
        None => RoleRef::BuiltIn(role.parse()?),
    })
}

//! `/api/v1/admin/team/permissions`: the table that everything is held against.

use axum::Json;
use domain::{
    permission::{Permission, Permissions},
    role::Role,
};
use serde::Serialize;
use services::team::roles;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{caller::Caller, problem::Problem};

/// Every permission and every role of the workspace.
#[derive(Serialize, ToSchema)]
pub struct PermissionTable {
    permissions: Vec<PermissionRow>,
    roles: Vec<RoleColumn>,
}

#[derive(Serialize, ToSchema)]
struct PermissionRow {
    /// `contacts.read`
    name: &'static str,
    /// Its heading.
    group: &'static str,
    /// As people read it.
    label: &'static str,
    /// Whether it can be held for own contacts and conversations only.
    can_be_own: bool,
}

#[derive(Serialize, ToSchema)]
struct RoleColumn {
    /// As it is written elsewhere: `owner`, `manager`, `agent`, `viewer`, or an id.
    role: String,
    /// As people read it.
    name: String,
    /// What it was copied from; `null` for a built-in role.
    base: Option<&'static str>,
    /// What it may: `contacts.read`, and with `:own` behind it for own contacts and conversations only.
    permissions: Vec<String>,
}

impl RoleColumn {
    fn built_in(role: Role) -> Self {
        let permissions = role.permissions().into();
        Self { role: role.to_string(), name: role.label().to_owned(), base: None, permissions }
    }

    fn own(id: Uuid, name: String, base: Role, permissions: Permissions) -> Self {
        Self { role: id.to_string(), name, base: Some(base.as_str()), permissions: permissions.into() }
    }
}

/// The whole table
///
/// Every permission, and what each built-in and own role of the workspace may. Needs `teams.view`.
#[utoipa::path(
    get, path = "/api/v1/admin/team/permissions", tag = "Team", operation_id = "getPermissions",
    responses((status = 200, description = "The table", body = PermissionTable)),
)]
pub async fn table(Caller(ctx): Caller) -> Result<Json<PermissionTable>, Problem> {
    let own = roles::list(&ctx).await?;
    let permissions = Permission::all().map(|permission| PermissionRow {
        name: permission.as_str(),
        group: permission.group().label(),
        label: permission.label(),
        can_be_own: permission.can_be_own(),
    });
    let built_in = Role::ALL.into_iter().map(RoleColumn::built_in);
    let own = own.into_iter().map(|(role, _)| RoleColumn::own(role.id.0, role.name, role.base, role.permissions));
    Ok(Json(PermissionTable { permissions: permissions.collect(), roles: built_in.chain(own).collect() }))
}

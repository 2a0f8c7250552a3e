//! What the role editor asks of the server. Thin: each calls one use case.

use domain::{
    id::{MemberId, RoleId},
    permission::Permissions,
    role::RoleRef,
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::RoleOption;
use crate::{error::Fault, frame::Frame, json::Json};

/// Somebody who has a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub id: MemberId,
    pub name: String,
    pub role: RoleRef,
    /// Contacts assigned to them.
    pub contacts: i64,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesView {
    pub frame: Frame,
    pub roles: Vec<RoleOption>,
    pub holders: Vec<Holder>,
}

#[server(prefix = "/fn", endpoint = "roles", input = Json, output = Json)]
pub async fn load_roles(workspace: Slug) -> Result<RolesView, Fault> {
    native::view(&native::ctx(&workspace).await?).await
}

/// A copy of a role, to be changed.
#[server(prefix = "/fn", endpoint = "roles/create", input = Json, output = Json)]
pub async fn create_role(
    workspace: Slug,
    name: String,
    about: String,
    base: RoleRef,
) -> Result<(RoleRef, Vec<RoleOption>), Fault> {
    let ctx = native::ctx(&workspace).await?;
    let role = services::team::roles::create(&ctx, &name, &about, base).await?;
    Ok((RoleRef::Custom(role.id), native::list(&ctx).await?))
}

#[server(prefix = "/fn", endpoint = "roles/save", input = Json, output = Json)]
pub async fn save_role(
    workspace: Slug,
    role: RoleId,
    name: String,
    about: String,
    permissions: Permissions,
) -> Result<Vec<RoleOption>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::roles::save(&ctx, role, &name, &about, permissions).await?;
    // Who changed their own role goes on with what they hold now.
    native::list(&ctx.again().await?).await
}

#[server(prefix = "/fn", endpoint = "roles/delete", input = Json, output = Json)]
pub async fn delete_role(workspace: Slug, role: RoleId) -> Result<Vec<RoleOption>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::roles::delete(&ctx, role).await?;
    native::list(&ctx).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use leptos::server_fn::axum::register_explicit;
    use services::{Ctx, team};

    use super::*;
    pub use crate::frame::server::native::ctx;
    use crate::frame::server::native::frame;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadRoles>();
        register_explicit::<CreateRole>();
        register_explicit::<SaveRole>();
        register_explicit::<DeleteRole>();
    }

    pub async fn view(ctx: &Ctx) -> Result<RolesView, Fault> {
        let members = team::members::list(ctx).await?;
        let roles = RoleOption::list(ctx, &members).await?;
        let holders = members
            .into_iter()
            .filter(|member| member.removed_at.is_none())
            .map(|member| Holder { id: member.id, name: member.name, role: member.role, contacts: member.contacts })
            .collect();
        Ok(RolesView { frame: frame(ctx).await?, roles, holders })
    }

    pub async fn list(ctx: &Ctx) -> Result<Vec<RoleOption>, Fault> {
        RoleOption::list(ctx, &team::members::list(ctx).await?).await
    }
}

//! What the matrix asks of the server.

use domain::{team::Member, workspace::Slug};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json, roles::RoleOption};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    pub frame: Frame,
    pub roles: Vec<RoleOption>,
    pub members: Vec<Member>,
}

#[server(prefix = "/fn", endpoint = "permissions", input = Json, output = Json)]
pub async fn load_matrix(workspace: Slug) -> Result<Matrix, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    let members = services::team::members::list(&ctx).await?;
    let roles = RoleOption::list(&ctx, &members).await?;
    let members = members.into_iter().filter(|member| member.removed_at.is_none()).collect();
    Ok(Matrix { frame: crate::frame::server::native::frame(&ctx).await?, roles, members })
}

#[cfg(feature = "ssr")]
pub fn register() {
    leptos::server_fn::axum::register_explicit::<LoadMatrix>();
}

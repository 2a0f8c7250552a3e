//! What the team's page asks of the server. Thin: each calls one use case and answers with the team as it is then.

use domain::{
    id::{InvitationId, MemberId},
    role::RoleRef,
    team::{Invitation, Member},
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json, roles::RoleOption};

/// Everybody who is, was or may become a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub members: Vec<Member>,
    pub invitations: Vec<Invitation>,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    pub frame: Frame,
    pub team: Team,
    pub roles: Vec<RoleOption>,
}

/// A link that works once, to be handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Below the address of this installation: `/invite/…`.
    pub path: String,
    /// It goes out by mail too.
    pub mailed: bool,
    pub team: Team,
}

#[server(prefix = "/fn", endpoint = "team", input = Json, output = Json)]
pub async fn load_team(workspace: Slug) -> Result<TeamView, Fault> {
    native::view(&workspace).await
}

/// Gives a member another role.
#[server(prefix = "/fn", endpoint = "team/role", input = Json, output = Json)]
pub async fn set_role(workspace: Slug, member: MemberId, role: RoleRef) -> Result<Team, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::members::set_role(&ctx, member, role).await?;
    native::team_after(&ctx, member).await
}

/// Ends a member's access; what they leave goes to a colleague or to nobody.
#[server(prefix = "/fn", endpoint = "team/remove", input = Json, output = Json)]
pub async fn remove_member(workspace: Slug, member: MemberId, hand_over_to: Option<MemberId>) -> Result<Team, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::members::remove(&ctx, member, hand_over_to).await?;
    native::team_after(&ctx, member).await
}

/// Lets a removed member come in again.
#[server(prefix = "/fn", endpoint = "team/restore", input = Json, output = Json)]
pub async fn restore_member(workspace: Slug, member: MemberId) -> Result<Team, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::members::reactivate(&ctx, member).await?;
    native::team(&ctx).await
}

/// Invites somebody by e-mail address.
#[server(prefix = "/fn", endpoint = "team/invite", input = Json, output = Json)]
pub async fn invite(workspace: Slug, email: String, role: RoleRef) -> Result<Handed, Fault> {
    let ctx = native::ctx(&workspace).await?;
    let created = services::team::invitations::create(&ctx, &email, role).await?;
    native::handed(&ctx, created).await
}

/// A new link for the same invitation; the one before works no more.
#[server(prefix = "/fn", endpoint = "team/resend", input = Json, output = Json)]
pub async fn resend(workspace: Slug, invitation: InvitationId) -> Result<Handed, Fault> {
    let ctx = native::ctx(&workspace).await?;
    let created = services::team::invitations::resend(&ctx, invitation).await?;
    native::handed(&ctx, created).await
}

/// Takes an invitation back.
#[server(prefix = "/fn", endpoint = "team/revoke", input = Json, output = Json)]
pub async fn revoke(workspace: Slug, invitation: InvitationId) -> Result<Team, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::team::invitations::revoke(&ctx, invitation).await?;
    native::team(&ctx).await
}

/// A link for a new password, to be handed over: `/reset/…`, below the address of this installation.
#[server(prefix = "/fn", endpoint = "team/reset-link", input = Json, output = Json)]
pub async fn reset_link(workspace: Slug, member: MemberId) -> Result<String, Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::accounts::reset::hand_over(&ctx, member).await?.path())
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::permission::Permission;
    use leptos::server_fn::axum::register_explicit;
    use services::{Ctx, team};

    use super::*;
    pub use crate::frame::server::native::ctx;
    use crate::frame::server::native::frame;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadTeam>();
        register_explicit::<SetRole>();
        register_explicit::<RemoveMember>();
        register_explicit::<RestoreMember>();
        register_explicit::<Invite>();
        register_explicit::<Resend>();
        register_explicit::<Revoke>();
        register_explicit::<ResetLink>();
    }

    pub async fn view(workspace: &Slug) -> Result<TeamView, Fault> {
        let ctx = ctx(workspace).await?;
        // First: what happens after it is told.
        let frame = frame(&ctx).await?;
        let team = team(&ctx).await?;
        let roles = RoleOption::list(&ctx, &team.members).await?;
        Ok(TeamView { frame, team, roles })
    }

    pub async fn team(ctx: &Ctx) -> Result<Team, Fault> {
        let members = team::members::list(ctx).await?;
        let invitations = match ctx.access().allows(Permission::TeamsInvite) {
            true => team::invitations::list(ctx).await?,
            false => Vec::new(),
        };
        Ok(Team { members, invitations })
    }

    /// Whoever changed themselves may not see the team any more: their page is loaded anew.
    pub async fn team_after(ctx: &Ctx, changed: MemberId) -> Result<Team, Fault> {
        if changed == ctx.me().id { Ok(Team::default()) } else { team(ctx).await }
    }

    pub async fn handed(ctx: &Ctx, created: team::invitations::Created) -> Result<Handed, Fault> {
        let mailed = created.mailed;
        Ok(Handed { path: created.path(), mailed, team: team(ctx).await? })
    }
}

//! `/api/v1/admin/team`: who is in the workspace.

use axum::{Extension, Json, extract::State, http::StatusCode};
use domain::{
    id::MemberId,
    inbox::Page,
    role::RoleRef,
    team::{Invitation, Member},
};
use serde::{Deserialize, Serialize};
use services::team::{invitations, members};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    once::Kept,
    page::{self, List, Slice},
    problem::{self, Problem},
    read::{Body, Id, MaybeBody, Query},
    tokens::bare,
};
use crate::web::Web;

/// In cursors.
const LIST: &str = "member";

/// Somebody who is or was a member.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub struct Shown {
    id: Uuid,
    name: String,
    email: String,
    /// `owner`, `manager`, `agent`, `viewer`, or the id of a role of this workspace.
    role: String,
    /// As people read it.
    role_name: String,
    /// Whether new conversations are given to them.
    available: bool,
    /// Unix time in milliseconds.
    joined_at: i64,
    /// `null` for somebody who has not been here yet.
    last_active_at: Option<i64>,
    /// Set for those who may not come in any more.
    removed_at: Option<i64>,
    /// Contacts assigned to them.
    contacts: i64,
    /// Open conversations assigned to them.
    conversations: i64,
}

impl From<Member> for Shown {
    fn from(member: Member) -> Self {
        Self {
            id: member.id.0,
            name: member.name,
            email: member.email,
            role: member.role.to_string(),
            role_name: member.role_name,
            available: member.available,
            joined_at: member.joined_at,
            last_active_at: member.last_active_at,
            removed_at: member.removed_at,
            contacts: member.contacts,
            conversations: member.conversations,
        }
    }
}

/// Everybody who is or was a member
///
/// Those who are first, by name. Needs `teams.view`.
#[utoipa::path(
    get, path = "/api/v1/admin/team/members", tag = "Team", operation_id = "listMembers", params(Slice),
    responses((status = 200, description = "A page of members", body = List<Shown>)),
)]
pub async fn list(Caller(ctx): Caller, Query(slice): Query<Slice>) -> Result<Json<List<Shown>>, Problem> {
    let (limit, after) = (slice.limit()?, slice.after::<MemberId>(LIST)?);
    let mut items = members::list(&ctx).await?;
    if let Some(after) = after {
        let place = items.iter().position(|member| member.id == after);
        let place = place.ok_or_else(|| Problem::new(problem::MALFORMED, "cursor: there is no such member"))?;
        items.drain(..=place);
    }
    Ok(Json(page::list(LIST, Page { items, more: false }, limit, |member| member.id, Shown::from)))
}

/// Whom to invite, and as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    #[schema(max_length = 254)]
    email: String,
    /// `owner`, `manager`, `agent`, `viewer`, or the id of a role of this workspace.
    #[schema(example = "agent")]
    role: String,
}

/// An invitation that was made.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    id: Uuid,
    email: String,
    role: String,
    /// Unix time in milliseconds.
    expires_at: i64,
    /// Whether it is on its way by mail.
    mailed: bool,
    /// To hand over; works once, for this address, and is shown this once. `null` when a request is answered again by its
    /// `Idempotency-Key`.
    link: Option<String>,
}

/// Invite somebody
///
/// By mail where a mail server is configured, and with a link in any case. Needs `teams.invite`, and all that the role may.
#[utoipa::path(
    post, path = "/api/v1/admin/team/invite", tag = "Team", operation_id = "inviteMember", request_body = Invite,
    responses((status = 201, description = "The invitation and its link", body = Invited)),
)]
pub async fn invite(
    State(web): State<Web>,
    Caller(ctx): Caller,
    Body(invite): Body<Invite>,
) -> Result<(StatusCode, Extension<Kept>, Json<Invited>), Problem> {
    let role: RoleRef = invite.role.parse()?;
    let now = ctx.now();
    let made = invitations::create(&ctx, &invite.email, role).await?;
    let mut answer = Invited {
        id: made.id.0,
        email: domain::text::email(&invite.email)?,
        role: role.to_string(),
        expires_at: now + Invitation::LIFE,
        mailed: made.mailed,
        link: None,
    };
    let kept = Kept(bare(&answer)?);
    answer.link = Some(format!("{}{}", web.public_url().origin(), made.path()));
    Ok((StatusCode::CREATED, Extension(kept), Json(answer)))
}

/// What a member is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// `owner`, `manager`, `agent`, `viewer`, or the id of a role of this workspace.
    #[schema(example = "manager")]
    role: String,
}

/// Give a member another role
///
/// It holds from the next request on, and open screens follow at once. Needs `teams.manage`, all that the member may and all
/// that the role may.
#[utoipa::path(
    put, path = "/api/v1/admin/team/members/{id}/role", tag = "Team", operation_id = "setMemberRole",
    params(("id" = Uuid, Path, description = "Of the member")), request_body = RoleChange,
    responses((status = 204, description = "The role is theirs")),
)]
pub async fn set_role(Caller(ctx): Caller, Id(id): Id, Body(change): Body<RoleChange>) -> Result<StatusCode, Problem> {
    members::set_role(&ctx, MemberId(id), change.role.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To whom what they leave goes.
#[derive(Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// The member who gets their contacts and open conversations; without one they are nobody's.
    hand_over_to: Option<Uuid>,
}

/// Remove a member
///
/// Their access to this workspace ends at once. To whom their contacts and open conversations go is said in the query or in
/// the body. Needs `teams.manage` and all that the member may; the last Owner stays.
#[utoipa::path(
    delete, path = "/api/v1/admin/team/members/{id}", tag = "Team", operation_id = "removeMember",
    params(("id" = Uuid, Path, description = "Of the member"), HandOver),
    request_body(content = Option<HandOver>, description = "Instead of the query"),
    responses((status = 204, description = "They are out")),
)]
pub async fn remove(
    Caller(ctx): Caller,
    Id(id): Id,
    Query(query): Query<HandOver>,
    MaybeBody(body): MaybeBody<HandOver>,
) -> Result<StatusCode, Problem> {
    let to = query.hand_over_to.or(body.and_then(|body| body.hand_over_to));
    members::remove(&ctx, MemberId(id), to.map(MemberId)).await?;
    Ok(StatusCode::NO_CONTENT)
}

use crate::{
    Error, Result,
    db::Conn,
    sql,
    team::{
        change::must_cover,
        stored::{self, Resolved, resolve, role_ref},
    },
};
use domain::{
    id::{InvitationId, MemberId},
    permission::{Grant, Permission, Permissions},
    time::Millis,
};
use uuid::Uuid;

const OPEN: &str = "SELECT id, email, role, role_id, invited_by, mail_id, expires_at FROM invitations
    WHERE workspace_id = $1 AND id = $2 AND closed_at IS NULL";
const CLOSED: &str = "SELECT email FROM invitations WHERE workspace_id = $1 AND id = $2 AND closed_at IS NOT NULL";
const CLOSE: &str = "UPDATE invitations SET closed_at = $3 WHERE workspace_id = $1 AND id = $2";
const BY_EMAIL: &str = "SELECT m.removed_at, m.role_gone FROM members m JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND u.email = $2";

/// An invitation that was neither accepted nor revoked.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Open {
    pub id: Uuid,
    pub email: String,
    role: String,
    role_id: Option<Uuid>,
    pub invited_by: Uuid,
    pub mail_id: Option<Uuid>,
    pub expires_at: Millis,
}

impl Open {
    pub async fn role(&self, conn: Conn<'_>, workspace: Uuid) -> Result<Resolved> {
        resolve(conn, workspace, role_ref(&self.role, self.role_id)?).await
    }
}

pub(super) async fn find(conn: Conn<'_>, workspace: Uuid, id: InvitationId) -> Result<Option<Open>> {
    Ok(sql!(opt Open, conn, OPEN, workspace, id.0)?)
}

/// # Errors
/// `NotFound` also for one that was accepted or revoked, and for one of another workspace.
pub(super) async fn get(conn: Conn<'_>, workspace: Uuid, id: InvitationId) -> Result<Open> {
    Ok(find(conn, workspace, id).await?.ok_or(domain::Error::NotFound)?)
}

/// Its link works no more.
pub(super) async fn close(conn: Conn<'_>, workspace: Uuid, id: Uuid, now: Millis) -> Result<()> {
    sql!(exec conn, CLOSE, workspace, id, now)?;
    Ok(())
}

/// # Errors
/// `Conflict` when somebody with this address is or was a member: who was removed is brought back, not invited, unless the role
/// that they had was deleted.
pub(super) async fn must_be_new(conn: Conn<'_>, workspace: Uuid, email: &str) -> Result<()> {
    match sql!(opt(Option<Millis>, bool), conn, BY_EMAIL, workspace, email)? {
        None | Some((Some(_), true)) => Ok(()),
        Some((None, _)) => Err(Error::Conflict("Somebody with this address is a member already.".to_owned())),
        Some((Some(_), false)) => Err(Error::Conflict(
            "Somebody with this address was a member. Bring them back in the list of members instead.".to_owned(),
        )),
    }
}

/// Why the link of an invitation that was closed works no more. Whoever joined needs no other one.
pub(super) async fn why_closed(mut conn: Conn<'_>, workspace: Uuid, id: InvitationId) -> Result<Error> {
    let Some(email) = sql!(scalar_opt String, conn.again(), CLOSED, workspace, id.0)? else {
        return Ok(domain::Error::NotFound.into());
    };
    let known = sql!(opt(Option<Millis>, bool), conn, BY_EMAIL, workspace, email.as_str())?.is_some();
    let why = if known {
        "This invitation was used already. Sign in with the address that it was for."
    } else {
        "This invitation was withdrawn. Ask whoever invited you for a new one."
    };
    Ok(Error::Gone(why.to_owned()))
}

/// Whether a member may invite to a role at this moment; the inviter is asked again when somebody accepts.
pub(super) async fn may_invite(
    mut conn: Conn<'_>,
    workspace: Uuid,
    inviter: MemberId,
    role: Permissions,
) -> Result<bool> {
    let inviter = stored::member(conn.again(), workspace, inviter).await?;
    let wanted = role.with(Permission::TeamsInvite, Grant::All);
    Ok(inviter.removed_at.is_none() && must_cover(inviter.permissions()?, wanted).is_ok())
}

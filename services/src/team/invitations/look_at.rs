use super::{link, open};
use crate::{Error, Result, Services, db::Conn, db::system, sql, team::stored};
use domain::{
    id::{InvitationId, MemberId, UserId},
    team::Invited,
    time::Millis,
};
use secrecy::SecretString;
use uuid::Uuid;

const WORKSPACE: &str = "SELECT name FROM workspaces WHERE id = $1";
const ADDRESS: &str = "SELECT email FROM users WHERE id = $1";
const ACCOUNT: &str = "SELECT COUNT(*) FROM users WHERE email = $1";

/// What the link of an invitation leads to.
///
/// # Errors
/// `NotFound` for what is no link, or not the newest; `Gone` says why it works no more: used, revoked, run out, or made by
/// somebody who may not invite to this role any more.
pub async fn look_at(services: &Services, token: &SecretString) -> Result<Invited> {
    let mut read = services.db().read().await?;
    let (ws, invitation) = by_token(read.conn(), token).await?;
    let inviter = MemberId(invitation.invited_by);
    let role = usable(read.conn(), ws, &invitation, services.clock().now()).await?;
    let workspace = sql!(scalar String, read.conn(), WORKSPACE, ws)?;
    let account = sql!(scalar i64, read.conn(), ACCOUNT, invitation.email.as_str())? > 0;
    Ok(Invited {
        workspace,
        email: invitation.email,
        role_name: role.name,
        role_about: role.about,
        invited_by: stored::member(read.conn(), ws, inviter).await?.name,
        expires_at: invitation.expires_at,
        account,
    })
}

/// The address that somebody signs in with: an invitation is for one address.
///
/// # Errors
/// When the database cannot be asked.
pub async fn address_of(services: &Services, user: UserId) -> Result<Option<String>> {
    let mut read = services.db().read().await?;
    Ok(sql!(scalar_opt String, read.conn(), ADDRESS, user.0)?)
}

/// The open invitation that a link leads to, and its workspace.
pub(super) async fn by_token(mut conn: Conn<'_>, token: &SecretString) -> Result<(Uuid, open::Open)> {
    let hash = link::hash(token).ok_or(domain::Error::NotFound)?;
    let (ws, id) = system::invitation_by_hash(conn.again(), &hash).await?.ok_or(domain::Error::NotFound)?;
    match open::find(conn.again(), ws, InvitationId(id)).await? {
        Some(invitation) => Ok((ws, invitation)),
        None => Err(open::why_closed(conn, ws, InvitationId(id)).await?),
    }
}

/// The role that is accepted with it.
///
/// # Errors
/// `Gone` when it has run out, and when whoever invited may not any more.
pub(super) async fn usable(
    mut conn: Conn<'_>,
    workspace: Uuid,
    invitation: &open::Open,
    now: Millis,
) -> Result<stored::Resolved> {
    if invitation.expires_at <= now {
        return Err(Error::Gone("This invitation has run out. Ask for a new link.".to_owned()));
    }
    let role = invitation.role(conn.again(), workspace).await?;
    let inviter = MemberId(invitation.invited_by);
    if !open::may_invite(conn, workspace, inviter, role.permissions).await? {
        let why =
            "Whoever invited you may not invite to this role any more. Ask somebody else of the team for a new link.";
        return Err(Error::Gone(why.to_owned()));
    }
    Ok(role)
}

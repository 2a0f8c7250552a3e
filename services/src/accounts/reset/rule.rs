//! Whether a member may give another a new password: asked when a link is handed over, and again when it is used.

use super::link::Handed;
use crate::{Error, Result, ctx::held, db::Conn, sql};
use domain::{
    id::{MemberId, UserId},
    permission::{Grant, Permission, Permissions},
    time::Millis,
};
use uuid::Uuid;

const MEMBER: &str = "SELECT m.user_id, m.role, r.permissions, m.removed_at FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2";
const MEMBER_OF: &str = "SELECT id FROM members WHERE workspace_id = $1 AND user_id = $2";
/// Also those that have ended: somebody may let them in again.
const ELSEWHERE: &str = "SELECT COUNT(*) FROM members WHERE workspace_id <> $1 AND user_id = $2";

const COMMAND: &str = "Whoever runs this installation can make a link with `parlance reset-password`.";

/// The account of `to`, when `handed.by`, who holds no more than `limit`, may hand a link over for it.
///
/// # Errors
/// As [`super::hand_over`].
pub(super) async fn judge(mut conn: Conn<'_>, handed: Handed, limit: Permissions, to: MemberId) -> Result<UserId> {
    let (_, mine, gone) = member(conn.again(), handed.workspace, handed.by.0).await?;
    if gone {
        return Err(domain::Error::NotFound.into());
    }
    let mine = mine.and(limit);
    if mine.grant(Permission::TeamsManage) != Grant::All {
        return Err(domain::Error::Forbidden { permission: Permission::TeamsManage.to_string() }.into());
    }
    let (user, theirs, gone) = member(conn.again(), handed.workspace, to.0).await?;
    if gone {
        return Err(Error::Conflict("They were removed. Restore them first.".to_owned()));
    }
    if to == handed.by {
        return Err(Error::Conflict("Change your own password under Security.".to_owned()));
    }
    if !mine.covers(theirs) || mine == theirs {
        return Err(Error::Conflict(format!("Their role is not below yours. {COMMAND}")));
    }
    if sql!(scalar i64, conn, ELSEWHERE, handed.workspace, user.0)? > 0 {
        return Err(Error::Conflict(format!("They belong to another workspace too. {COMMAND}")));
    }
    Ok(user)
}

/// # Errors
/// `NotFound`, as for a link that never was, when it could not be handed over like this any more.
pub(super) async fn judge_again(mut conn: Conn<'_>, handed: Handed, user: UserId) -> Result<()> {
    let to = sql!(scalar_opt Uuid, conn.again(), MEMBER_OF, handed.workspace, user.0)?;
    let to = MemberId(to.ok_or(domain::Error::NotFound)?);
    match judge(conn, handed, Permissions::all(), to).await {
        Ok(_) => Ok(()),
        Err(Error::Domain(_) | Error::Conflict(_)) => Err(domain::Error::NotFound.into()),
        Err(error) => Err(error),
    }
}

/// Somebody's account, what they hold, and whether they were removed.
async fn member(conn: Conn<'_>, workspace: Uuid, id: Uuid) -> Result<(UserId, Permissions, bool)> {
    let row = sql!(opt(Uuid, String, Option<String>, Option<Millis>), conn, MEMBER, workspace, id)?;
    let (user, role, own, removed_at) = row.ok_or(domain::Error::NotFound)?;
    Ok((UserId(user), held(&role, own.as_deref())?.1, removed_at.is_some()))
}

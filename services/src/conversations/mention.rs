//! Whom a note is meant for.

use crate::{Ctx, Result, ctx::held, db::Conn, sql};
use domain::{
    id::MemberId,
    inbox::{Eyes, Note},
    permission::Access,
};

const MEMBER: &str = "SELECT m.role, r.permissions, w.agents_see_unassigned FROM members m
    JOIN workspaces w ON w.id = m.workspace_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2 AND m.removed_at IS NULL";

/// Each once, if all of them may read what stands in a conversation with this assignee.
pub(super) async fn checked(
    ctx: &Ctx,
    mut conn: Conn<'_>,
    assignee: Option<MemberId>,
    wanted: &[MemberId],
) -> Result<Vec<MemberId>> {
    if wanted.len() > Note::MENTIONS {
        let problem = format!("name at most {} colleagues", Note::MENTIONS);
        return Err(domain::Error::invalid("mentions", problem).into());
    }
    let mut members: Vec<MemberId> = Vec::with_capacity(wanted.len());
    for member in wanted {
        if members.contains(member) {
            continue;
        }
        let row: Option<(String, Option<String>, bool)> =
            sql!(opt(String, Option<String>, bool), conn.again(), MEMBER, ctx.ws(), member.0)?;
        let sees = match row {
            None => false,
            Some((role, own, unassigned)) => {
                let (_, permissions) = held(&role, own.as_deref())?;
                let eyes = Eyes::of(&Access { permissions, unassigned }, *member);
                eyes.conversations.reaches(assignee) && eyes.messages.reaches(assignee)
            }
        };
        if !sees {
            let problem = "somebody you named cannot see this conversation. Assign it to them, or take the name out";
            return Err(domain::Error::invalid("mentions", problem).into());
        }
        members.push(*member);
    }
    Ok(members)
}

/// As the column holds them.
pub(super) fn column(members: &[MemberId]) -> String {
    serde_json::to_string(members).unwrap_or_else(|_| "[]".to_owned())
}

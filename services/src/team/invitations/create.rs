use super::{
    letter,
    link::{self, Created},
    open,
};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    mail, sql,
    team::{change::Change, stored::resolve},
};
use domain::{
    audit::Action, id::InvitationId, permission::Permission, role::RoleRef, team::Invitation, text, time::Millis,
};
use serde_json::{Value, json};
use uuid::Uuid;

const TO: &str =
    "SELECT id, expires_at, mail_id FROM invitations WHERE workspace_id = $1 AND email = $2 AND closed_at IS NULL";
const COUNT: &str =
    "SELECT COUNT(*) FROM invitations WHERE workspace_id = $1 AND closed_at IS NULL AND expires_at > $2";
const INSERT: &str = "INSERT INTO invitations
    (workspace_id, id, email, role, role_id, token_hash, invited_by, mail_id, sent_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Invites somebody by address, by mail where a mail server is configured. The link is returned this once.
///
/// # Errors
/// `Forbidden` without `teams.invite` and for a role that reaches further than the actor's own; `NotFound` for a role of another
/// workspace; `Invalid` names the field; `Conflict` for somebody who is or was a member or is invited already, and when
/// [`Invitation::LIMIT`] are open.
pub async fn create(ctx: &Ctx, email: &str, role: RoleRef) -> Result<Created> {
    let email = text::email(&text::storable(email))?;
    let mut change = Change::begin(ctx, Permission::TeamsInvite).await?;
    let role = resolve(change.conn(), ctx.ws(), role).await?;
    change.must_cover(role.permissions)?;
    open::must_be_new(change.conn(), ctx.ws(), &email).await?;
    make_room(&mut change, &email).await?;

    let (id, (token, hash)) = (new_id(), link::make());
    let mail = letter::send(ctx, &mut change.tx, &email, &role.name, &token).await?;
    let now = ctx.now();
    sql!(
        exec change.conn(),
        INSERT,
        ctx.ws(),
        id,
        email.as_str(),
        role.base.as_str(),
        role.id,
        hash.as_slice(),
        ctx.me().id.0,
        mail,
        now,
        now + Invitation::LIFE
    )?;
    let after = json!({ "email": email, "role": role.name });
    let entry = Entry::new(Action::MemberInvited).on("invitation", id).change(Value::Null, after);
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit().await?;
    Ok(Created { id: InvitationId(id), link_token: token, mailed: mail.is_some() })
}

/// One open invitation per address, and not too many in all. One that has run out makes room.
async fn make_room(change: &mut Change<'_>, email: &str) -> Result<()> {
    let (ws, now) = (change.ctx.ws(), change.ctx.now());
    match sql!(opt(Uuid, Millis, Option<Uuid>), change.conn(), TO, ws, email)? {
        Some((_, expires_at, _)) if expires_at > now => {
            let why = "Somebody with this address is invited already. Send a new link, or revoke the invitation first.";
            return Err(Error::Conflict(why.to_owned()));
        }
        Some((old, _, mail)) => {
            mail::withdraw(&mut change.tx, mail).await?;
            open::close(change.conn(), ws, old, now).await?;
        }
        None => {}
    }
    if sql!(scalar i64, change.conn(), COUNT, ws, now)? >= Invitation::LIMIT {
        let limit = Invitation::LIMIT;
        return Err(Error::Conflict(format!("{limit} invitations are open already. Revoke one first.")));
    }
    Ok(())
}

use super::{
    look_at::{by_token, usable},
    open,
};
use crate::{
    Actor, Error, Origin, Result, Services, accounts,
    audit::{self, Entry},
    clock::new_id,
    db::Conn,
    live, mail, members, sql,
    team::{change::lock, handover},
};
use domain::{
    audit::Action,
    id::{MemberId, UserId, WorkspaceId},
    permission::Permission,
    text,
    time::Millis,
    workspace::Slug,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

/// Or comes back, if the role that they were removed with was deleted.
const JOIN: &str = "INSERT INTO members (workspace_id, id, user_id, role, role_id, available, last_turn, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (workspace_id, user_id) DO UPDATE
        SET role = $4, role_id = $5, available = $6, removed_at = NULL, role_gone = FALSE
        WHERE members.role_gone AND members.removed_at IS NOT NULL
    RETURNING id";
const SLUG: &str = "SELECT slug FROM workspaces WHERE id = $1";
const SINCE: &str = "SELECT password_changed_at FROM users WHERE id = $1";
/// It changes nothing, and takes the account's row: a link for a new password, handed over by somebody of their only workspace,
/// is judged before or after, never meanwhile.
const ADDRESS: &str = "UPDATE users SET name = name WHERE id = $1 RETURNING email, password_changed_at";

/// Characters that a person's name may have.
const NAME_LIMIT: usize = 80;

/// Who accepts.
#[derive(Debug)]
pub enum Joining {
    /// Somebody who is signed in.
    SignedIn(UserId),
    /// Somebody who signs in for the first time.
    New { name: String, password: SecretString },
}

/// Somebody who has become a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub user: UserId,
    pub workspace: Slug,
}

/// Accepts an invitation: its link is used up, and the person is a member.
///
/// # Errors
/// `NotFound` and `Gone` as [`super::look_at`]; `Conflict` for somebody who is signed in under another address, who is a member
/// or was one, and for a new person whose address has an account; `Invalid` names the field.
pub async fn accept(services: &Services, token: &SecretString, joining: Joining, origin: &Origin) -> Result<Joined> {
    // Hashing a password is work: it is done for links that work, and outside of the transaction.
    let mut since = None;
    let hash = match &joining {
        Joining::SignedIn(user) => {
            let mut read = services.db().read().await?;
            since = sql!(scalar_opt Millis, read.conn(), SINCE, user.0)?;
            None
        }
        Joining::New { password, .. } => {
            super::look_at(services, token).await?;
            accounts::check("password", password.expose_secret())?;
            Some(services.passwords().hash(password.expose_secret()).await?)
        }
    };
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let (ws, _) = by_token(tx.conn(), token).await?;
    lock(&mut tx, ws).await?;
    // Once more, now that nobody else changes this team.
    let (_, invitation) = by_token(tx.conn(), token).await?;
    let role = usable(tx.conn(), ws, &invitation, now).await?;
    open::must_be_new(tx.conn(), ws, &invitation.email).await?;
    let user = match joining {
        Joining::SignedIn(user) => with_address(tx.conn(), user, since, &invitation.email).await?,
        Joining::New { name, .. } => {
            let (name, hash) = (person_name(&name)?, hash.unwrap_or_default());
            let person = members::Person { email: &invitation.email, name: &name, hash: &hash };
            members::insert_user(tx.conn(), person, now).await?.ok_or_else(taken)?
        }
    };
    let answers = role.permissions.allows(Permission::MessagesSend);
    let joined =
        sql!(scalar_opt Uuid, tx.conn(), JOIN, ws, new_id(), user.0, role.base.as_str(), role.id, answers, now)?;
    let member = joined.ok_or_else(|| Error::Conflict("You are a member of this workspace already.".to_owned()))?;
    handover::forget(tx.conn(), ws, MemberId(member)).await?;
    open::close(tx.conn(), ws, invitation.id, now).await?;
    mail::withdraw(&mut tx, invitation.mail_id).await?;
    let after = json!({ "role": role.name, "invitation": invitation.id, "invited_by": invitation.invited_by });
    let entry = Entry::new(Action::InvitationAccepted).on("member", member).change(Value::Null, after);
    let member = MemberId(member);
    audit::record_as(services, &mut tx, WorkspaceId(ws), Actor::Member(member), origin, now, entry).await?;
    let workspace = sql!(scalar String, tx.conn(), SLUG, ws)?.parse()?;
    let seq = live::member_changed(&mut tx, ws, Some(member), now).await?;
    tx.commit().await?;
    services.bus().publish(ws, seq);
    Ok(Joined { user, workspace })
}

/// # Errors
/// `Conflict` for another address; `SignedOut` for an account that is no more, or whose password changed meanwhile: that ended
/// the session.
async fn with_address(conn: Conn<'_>, user: UserId, since: Option<Millis>, invited: &str) -> Result<UserId> {
    match sql!(opt(String, Millis), conn, ADDRESS, user.0)? {
        Some((_, changed)) if Some(changed) != since => Err(Error::SignedOut),
        Some((email, _)) if email == invited => Ok(user),
        Some(_) => {
            let why = format!("This invitation is for {invited}. Sign out first, then open its link again.");
            Err(Error::Conflict(why))
        }
        None => Err(Error::SignedOut),
    }
}

fn person_name(name: &str) -> Result<String> {
    let name = text::storable(name).split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(domain::Error::invalid("name", "say what your colleagues call you").into()),
        n if n > NAME_LIMIT => {
            Err(domain::Error::invalid("name", format!("use at most {NAME_LIMIT} characters")).into())
        }
        _ => Ok(name),
    }
}

fn taken() -> Error {
    Error::Conflict("Somebody signs in with this address already. Sign in first, then accept.".to_owned())
}

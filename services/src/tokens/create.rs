use super::{list::fetch, secret};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    clock::new_id,
    ctx::{Actor, held},
    db::Conn,
    sql, team,
};
use domain::{
    Error as Wrong,
    audit::Action,
    id::TokenId,
    permission::{Permission, Permissions},
    time::Millis,
    token::{NewToken, Token},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

const INSERT: &str = "INSERT INTO api_tokens
    (workspace_id, id, member_id, parent_id, name, prefix, hash, permissions, any_address, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Only while that token still stands. It changes nothing, and takes the row: whoever ends the token waits for what it makes
/// here, and ends that too.
const PARENT: &str = "UPDATE api_tokens SET ended_at = NULL WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL
    RETURNING expires_at, any_address";

const HOLDS: &str = "SELECT m.role, r.permissions FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2 AND m.removed_at IS NULL";

/// A token that was made, and its secret: nobody can read it again.
pub struct Created {
    pub token: Token,
    pub secret: SecretString,
}

impl Created {
    /// To be shown once and kept nowhere.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// Makes a token that acts for whoever asks, with no more than they may themselves. One made with a token ends with it, lives no
/// longer, and is watched where that one is.
///
/// # Errors
/// `Forbidden` without `api.manage`, or with the name of a permission that they do not hold; `Invalid` names the field;
/// `NotFound` for a member and `SignedOut` for a token whose access ended meanwhile.
pub async fn create(ctx: &Ctx, wish: NewToken) -> Result<Created> {
    ctx.demand(Permission::ApiManage)?;
    let now = ctx.now();
    let name = checked(&wish, now)?;
    let secret = secret::make();
    let hash = secret::hash(secret.expose_secret()).ok_or_else(|| crate::Error::Internal("a token's form".into()))?;
    let id = TokenId(new_id());
    let names = Vec::<String>::from(wish.permissions);
    let stored = json!(names).to_string();
    let prefix = secret::shown(&secret);
    let mut tx = ctx.begin().await?;
    team::lock(&mut tx, ctx.ws()).await?;
    let (parent, expires) = match ctx.actor() {
        Actor::Token { token, .. } => {
            let row = sql!(opt(Option<Millis>, bool), tx.conn(), PARENT, ctx.ws(), token.0)?;
            let (of_parent, from_anywhere) = row.ok_or(crate::Error::SignedOut)?;
            if wish.any_address && !from_anywhere {
                let why = "the token that you call with is not for any address, so what it makes cannot be either";
                return Err(Wrong::invalid("any_address", why).into());
            }
            (Some(token.0), [wish.expires_at, of_parent].into_iter().flatten().min())
        }
        Actor::Member(_) | Actor::System => (None, wish.expires_at),
    };
    within(wish.permissions, holds_now(tx.conn(), ctx).await?)?;
    let (member, hash) = (ctx.me().id.0, hash.as_slice());
    sql!(exec tx.conn(), INSERT, ctx.ws(), id.0, member, parent, &name, &prefix, hash, &stored, wish.any_address, now, expires)?;
    let after = json!({"name": name, "permissions": names, "expires_at": expires, "any_address": wish.any_address});
    let entry = Entry::new(Action::TokenCreated).on("token", id.0).change(serde_json::Value::Null, after);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(Created { token: fetch(ctx, id).await?, secret })
}

/// What the caller may now, which may be less than when the request came in.
pub(super) async fn holds_now(conn: Conn<'_>, ctx: &Ctx) -> Result<Permissions> {
    let row = sql!(opt(String, Option<String>), conn, HOLDS, ctx.ws(), ctx.me().id.0)?;
    let (role, own) = row.ok_or(Wrong::NotFound)?;
    let holds = held(&role, own.as_deref())?.1.and(ctx.permissions());
    if !holds.allows(Permission::ApiManage) {
        return Err(Wrong::Forbidden { permission: Permission::ApiManage.to_string() }.into());
    }
    Ok(holds)
}

/// The name, when everything is fine.
fn checked(wish: &NewToken, now: Millis) -> Result<String, Wrong> {
    let name = domain::text::storable(wish.name.trim());
    if name.is_empty() || name.chars().count() > Token::NAME_LIMIT {
        return Err(Wrong::invalid("name", format!("expected 1 to {} characters", Token::NAME_LIMIT)));
    }
    if wish.permissions == Permissions::NONE {
        return Err(Wrong::invalid("permissions", "choose at least one"));
    }
    if wish.expires_at.is_some_and(|at| at <= now) {
        return Err(Wrong::invalid("expires_at", "expected a time to come"));
    }
    Ok(name)
}

/// Names the first permission that reaches further than what they hold.
pub(super) fn within(wanted: Permissions, held: Permissions) -> Result<(), Wrong> {
    let further = wanted.iter().find(|(permission, grant)| *grant > held.grant(*permission));
    further.map_or(Ok(()), |(permission, _)| Err(Wrong::Forbidden { permission: permission.to_string() }))
}

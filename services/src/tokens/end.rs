use super::create::{holds_now, within};
use crate::{
    Actor, Ctx, Error, Result,
    audit::{self, Entry},
    ctx::parse_permissions,
    db::Tx,
    sql, team,
};
use domain::{
    audit::Action,
    id::{MemberId, TokenId},
    permission::Permission,
    time::Millis,
    token::End,
};
use serde_json::json;
use uuid::Uuid;

const ONE: &str = "SELECT member_id, name, permissions, ended_at FROM api_tokens WHERE workspace_id = $1 AND id = $2";

const STANDS: &str = "SELECT COUNT(*) FROM api_tokens WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL";

const END: &str = "UPDATE api_tokens SET ended_at = $3, ended_why = $4
    WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL";

/// Those that a token made, and those that these made.
const END_CHILDREN: &str = "WITH RECURSIVE made (id) AS (
        SELECT id FROM api_tokens WHERE workspace_id = $1 AND parent_id = $2
        UNION SELECT t.id FROM api_tokens t JOIN made ON t.parent_id = made.id WHERE t.workspace_id = $1)
    UPDATE api_tokens SET ended_at = $3, ended_why = 'parent'
    WHERE workspace_id = $1 AND ended_at IS NULL AND id IN (SELECT id FROM made)";

const END_OF_MEMBER: &str = "UPDATE api_tokens SET ended_at = $3, ended_why = 'removed'
    WHERE workspace_id = $1 AND member_id = $2 AND ended_at IS NULL";

/// Revokes a token and those that it made, from the next request on. Revoking twice changes nothing.
///
/// # Errors
/// `NotFound`, also for a member who was removed meanwhile; `SignedOut` for a token that ended; `Forbidden` without
/// `api.manage`, or with the name of a permission that a colleague's token has and they have not at this moment.
pub async fn revoke(ctx: &Ctx, id: TokenId) -> Result<()> {
    ctx.demand(Permission::ApiManage)?;
    let mut tx = ctx.begin().await?;
    team::lock(&mut tx, ctx.ws()).await?;
    if let Actor::Token { token, .. } = ctx.actor()
        && sql!(scalar i64, tx.conn(), STANDS, ctx.ws(), token.0)? == 0
    {
        return Err(Error::SignedOut);
    }
    let holds = holds_now(tx.conn(), ctx).await?;
    let row: Option<(Uuid, String, String, Option<Millis>)> =
        sql!(opt(Uuid, String, String, Option<Millis>), tx.conn(), ONE, ctx.ws(), id.0)?;
    let (member, name, permissions, _) = row.ok_or(domain::Error::NotFound)?;
    let permissions = parse_permissions(&permissions)?;
    if member != ctx.me().id.0 {
        within(permissions, holds)?;
    }
    if end(&mut tx, ctx.ws(), id.0, End::Revoked, ctx.now()).await? {
        let entry = Entry::new(Action::TokenRevoked).on("token", id.0).about(json!({"name": name}).to_string());
        audit::record(&mut tx, ctx, entry).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether it was this call that ended the token. The caller holds the team: what is made meanwhile waits, and finds it ended.
pub(super) async fn end(tx: &mut Tx, ws: Uuid, token: Uuid, why: End, now: Millis) -> Result<bool> {
    if sql!(exec tx.conn(), END, ws, token, now, why.as_str())? == 0 {
        return Ok(false);
    }
    sql!(exec tx.conn(), END_CHILDREN, ws, token, now)?;
    Ok(true)
}

/// Ends what a member made, in the transaction that removes them: it stays ended when they come back. Returns how many.
pub(crate) async fn end_of_member(tx: &mut Tx, ws: Uuid, member: MemberId, now: Millis) -> Result<u64> {
    Ok(sql!(exec tx.conn(), END_OF_MEMBER, ws, member.0, now)?)
}

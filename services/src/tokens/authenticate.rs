use super::{
    secret,
    watch::{self, Use},
};
use crate::{
    Ctx, Error, Result, Services,
    ctx::{Origin, parse_permissions},
    db::system,
};
use domain::id::{TokenId, UserId};

/// The member for whom a token acts, limited to what the token may. Counts the use; one use too many ends the token.
///
/// # Errors
/// `SignedOut` alike for a token that never was, that has expired or was revoked, and that of a removed member.
pub async fn authenticate(services: &Services, bearer: &str, origin: Origin) -> Result<Ctx> {
    let hash = secret::hash(bearer).ok_or(Error::SignedOut)?;
    let row = {
        let mut read = services.db().read().await?;
        system::token_by_hash(read.conn(), &hash).await?.ok_or(Error::SignedOut)?
    };
    let now = services.clock().now();
    if row.ended_at.is_some() || row.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::SignedOut);
    }
    let permissions = parse_permissions(&row.permissions)?;
    let ctx = match services.ctx(UserId(row.user_id), &row.slug.parse()?).await {
        Err(Error::Domain(domain::Error::NotFound)) => return Err(Error::SignedOut),
        ctx => ctx?.from(origin).limited_to(TokenId(row.id), permissions),
    };
    let used = Use { token: &row, ctx: &ctx };
    watch::note(services, used, now).await?;
    Ok(ctx)
}

use super::row::TokenRecord;
use crate::{Ctx, Result, sql};
use domain::{
    id::TokenId,
    inbox::Page,
    permission::Permission,
    time::{HOUR, MINUTE},
    token::Token,
};
use std::collections::HashMap;
use uuid::Uuid;

const LIST: &str = "SELECT t.id, t.member_id, u.name AS member_name, t.name, t.prefix, t.permissions, t.any_address,
    t.created_at, t.expires_at, t.last_used_at, t.last_address, t.ended_at, t.ended_why
    FROM api_tokens t
    JOIN members m ON m.workspace_id = t.workspace_id AND m.id = t.member_id
    JOIN users u ON u.id = m.user_id
    WHERE t.workspace_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3";

const ONE: &str = "SELECT t.id, t.member_id, u.name AS member_name, t.name, t.prefix, t.permissions, t.any_address,
    t.created_at, t.expires_at, t.last_used_at, t.last_address, t.ended_at, t.ended_why
    FROM api_tokens t
    JOIN members m ON m.workspace_id = t.workspace_id AND m.id = t.member_id
    JOIN users u ON u.id = m.user_id
    WHERE t.workspace_id = $1 AND t.id = $2";

/// From where the tokens of a page were used lately; without those whose addresses are not counted.
const NETWORKS: &str = "SELECT DISTINCT token_id, network FROM api_token_uses
    WHERE workspace_id = $1 AND minute > $2 AND token_id <= $3 AND token_id >= $4 AND network <> ''
    ORDER BY token_id, network";

/// Tokens of the workspace, the newest first, at most `limit`, behind the one given.
///
/// # Errors
/// `Forbidden` without `api.view`.
pub async fn list(ctx: &Ctx, before: Option<TokenId>, limit: usize) -> Result<Page<Token>> {
    ctx.demand(Permission::ApiView)?;
    let mut snapshot = ctx.services.db().snapshot().await?;
    let before = before.map_or(Uuid::max(), |id| id.0);
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<TokenRecord> = sql!(all TokenRecord, snapshot.conn(), LIST, ctx.ws(), before, ask)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mut networks: HashMap<Uuid, Vec<String>> = HashMap::new();
    if let (Some(newest), Some(oldest)) = (rows.first(), rows.last()) {
        let since = (ctx.now() - HOUR) / MINUTE;
        let found: Vec<(Uuid, String)> =
            sql!(all(Uuid, String), snapshot.conn(), NETWORKS, ctx.ws(), since, newest.id, oldest.id)?;
        for (token, network) in found {
            networks.entry(token).or_default().push(network);
        }
    }
    let with_networks = |row: TokenRecord| {
        let networks = networks.remove(&row.id).unwrap_or_default();
        row.into_token(ctx, networks)
    };
    Ok(Page { items: rows.into_iter().map(with_networks).collect::<Result<_>>()?, more })
}

/// One token.
///
/// # Errors
/// `Forbidden` without `api.view`, `NotFound`.
pub async fn get(ctx: &Ctx, id: TokenId) -> Result<Token> {
    ctx.demand(Permission::ApiView)?;
    fetch(ctx, id).await
}

pub(super) async fn fetch(ctx: &Ctx, id: TokenId) -> Result<Token> {
    let mut read = ctx.read().await?;
    let row: Option<TokenRecord> = sql!(opt TokenRecord, read.conn(), ONE, ctx.ws(), id.0)?;
    let row = row.ok_or(domain::Error::NotFound)?;
    let since = (ctx.now() - HOUR) / MINUTE;
    let found: Vec<(Uuid, String)> = sql!(all(Uuid, String), read.conn(), NETWORKS, ctx.ws(), since, id.0, id.0)?;
    row.into_token(ctx, found.into_iter().map(|(_, network)| network).collect())
}

//! A token that is used from too many places.

use super::note::LINK;
use crate::{
    Ctx, Result, Services, accounts, alerts,
    audit::{self, Entry},
    ctx::Actor,
    sql, team,
    tokens::{end::end, purge::MINUTES_KEPT},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    audit::Action,
    time::{MINUTE, Millis},
    token::{End, NETWORKS_LIMIT},
};
use serde_json::json;
use uuid::Uuid;

/// The token that is watched for another: the first of those that made it, unless one between is for any address.
const ROOT: &str = "WITH RECURSIVE above (id, parent_id, name, height) AS (
        SELECT id, parent_id, name, 0 FROM api_tokens WHERE workspace_id = $1 AND id = $2
        UNION ALL SELECT t.id, t.parent_id, t.name, above.height + 1 FROM api_tokens t
            JOIN above ON t.id = above.parent_id WHERE t.workspace_id = $1 AND NOT t.any_address)
    SELECT id, name FROM above ORDER BY height DESC LIMIT 1";

/// Of it and of all that were made below it, also of those that have ended since.
const NETWORKS: &str = "WITH RECURSIVE family (id) AS (
        SELECT id FROM api_tokens WHERE workspace_id = $1 AND id = $2
        UNION SELECT t.id FROM api_tokens t JOIN family ON t.parent_id = family.id WHERE t.workspace_id = $1)
    SELECT COUNT(DISTINCT network) FROM api_token_uses
    WHERE workspace_id = $1 AND minute > $3 AND network <> '' AND token_id IN (SELECT id FROM family)";

/// A token whose family was used from too many places.
pub(super) struct Misused {
    root: Uuid,
    name: String,
}

/// Looks at a token after its use was committed, so that of two processes at least one sees the places of both.
pub(super) async fn look(services: &Services, ws: Uuid, token: Uuid, now: Millis) -> Result<Option<Misused>> {
    let mut read = services.db().read().await?;
    let Some((root, name)) = sql!(opt(Uuid, String), read.conn(), ROOT, ws, token)? else { return Ok(None) };
    let networks = sql!(scalar i64, read.conn(), NETWORKS, ws, root, now / MINUTE - MINUTES_KEPT)?;
    Ok((networks > NETWORKS_LIMIT).then_some(Misused { root, name }))
}

/// Ends the token and all that it made, signs its member out everywhere, and tells the Owners: whoever has it has it from
/// somewhere. All in one transaction, and only by whoever ends it, so it is told once. Should it be lost, the uses are written
/// down, and the next use comes here again.
pub(super) async fn revoke(ctx: &Ctx, misused: &Misused, now: Millis) -> Result<()> {
    let mut tx = ctx.services.db().begin().await?;
    team::lock(&mut tx, ctx.ws()).await?;
    let Misused { root, name } = misused;
    if !end(&mut tx, ctx.ws(), *root, End::Misuse, now).await? {
        return Ok(());
    }
    let about = json!({"name": name, "networks_in_an_hour": NETWORKS_LIMIT + 1}).to_string();
    let entry = Entry::new(Action::TokenMisused).on("token", *root).about(about);
    audit::record_as(&ctx.services, &mut tx, ctx.workspace().id, Actor::System, ctx.origin(), now, entry).await?;
    let body = format!(
        "It was used from more than {NETWORKS_LIMIT} networks within an hour, together with the tokens that it made. None of \
         them works any more, and {} was signed out everywhere.",
        ctx.me().name
    );
    let alert = NewAlert {
        kind: Kind::TokenMisused,
        severity: Severity::High,
        title: format!("The API token “{name}” was revoked"),
        body,
        link: LINK.to_owned(),
        key: format!("token-misuse:{root}"),
    };
    alerts::raise(&mut tx, ctx.workspace().id, now, alert).await?;
    let streams = accounts::revoke_all_in(&mut tx, ctx.user(), now).await?;
    tx.commit().await?;
    streams.publish(&ctx.services);
    Ok(())
}

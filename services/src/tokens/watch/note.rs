use super::{
    judge::{self, Last},
    memory::{Key, Uses},
    misuse,
    network::network,
};
use crate::{
    Ctx, Error, Result, Services, alerts,
    audit::{self, Entry},
    ctx::Actor,
    db::{Tx, system::KnownToken},
    sql,
    tokens::purge::HOURS_KEPT,
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    audit::Action,
    time::{HOUR, MINUTE, Millis},
};
use serde_json::json;

const USED: &str =
    "INSERT INTO api_token_uses (workspace_id, token_id, minute, network, uses) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (token_id, minute, network) DO UPDATE SET uses = api_token_uses.uses + $5";

const USED_IN_HOUR: &str = "INSERT INTO api_token_hours (workspace_id, token_id, hour, uses) VALUES ($1, $2, $3, $4)
    ON CONFLICT (token_id, hour) DO UPDATE SET uses = api_token_hours.uses + $4 RETURNING uses";

const LAST_USE: &str = "UPDATE api_tokens SET last_used_at = $3, last_address = $4
    WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL";

const PAST_HOURS: &str = "SELECT hour, uses FROM api_token_hours
    WHERE workspace_id = $1 AND token_id = $2 AND hour >= $3 AND hour < $4";

/// The page of the workspace where tokens are revoked.
pub(super) const LINK: &str = "tokens";

/// A token that was used just now.
#[derive(Clone, Copy)]
pub struct Use<'a> {
    pub token: &'a KnownToken,
    pub ctx: &'a Ctx,
}

/// Counts a use.
///
/// # Errors
/// `SignedOut` when this use ended the token, or somebody did meanwhile.
pub async fn note(services: &Services, used: Use<'_>, now: Millis) -> Result<()> {
    let Use { token, ctx } = used;
    let key = Key { workspace: ctx.ws(), token: token.id };
    let place = ctx.origin().address.filter(|_| !token.any_address).map(network).unwrap_or_default();
    let Some(due) = services.watch().count(key, &place, now / MINUTE) else { return Ok(()) };
    let noted = noted(services, used, key, due, now).await;
    if noted.is_err() {
        services.watch().forget(key);
    }
    noted
}

async fn noted(services: &Services, used: Use<'_>, key: Key, due: Vec<Uses>, now: Millis) -> Result<()> {
    record(services, used, key, due, now).await?;
    if used.token.any_address {
        return Ok(());
    }
    if let Some(misused) = misuse::look(services, key.workspace, key.token, now).await? {
        misuse::revoke(used.ctx, &misused, now).await?;
        return Err(Error::SignedOut);
    }
    Ok(())
}

async fn record(services: &Services, used: Use<'_>, key: Key, due: Vec<Uses>, now: Millis) -> Result<()> {
    let Use { token, ctx } = used;
    let mut tx = services.db().begin().await?;
    let hours = add(&mut tx, key, due).await?;
    let address = ctx.origin().address.map(|address| address.to_canonical());
    let shown = address.map(|address| address.to_string());
    if sql!(exec tx.conn(), LAST_USE, key.workspace, key.token, now, shown)? == 0 {
        return Err(Error::SignedOut);
    }
    if !token.any_address {
        let last = token.last_used_at.zip(token.last_address.as_deref().and_then(|text| text.parse().ok()));
        let last = last.map(|(at, address)| Last { at, address });
        if address.is_some_and(|address| judge::moved(last, address, now)) {
            let text = "Its last use, less than an hour ago, came from a network far from this one.";
            flag(&mut tx, used, Odd::Moved, text, now).await?;
        }
    }
    let hour = now / HOUR;
    for (_, added, after) in hours.into_iter().filter(|(of, ..)| *of == hour) {
        judge_hour(&mut tx, used, key, (hour, after - added, after), now).await?;
    }
    Ok(tx.commit().await?)
}

/// `counted`: the hour, and its uses before and after what was just added.
async fn judge_hour(
    tx: &mut Tx,
    used: Use<'_>,
    key: Key,
    (hour, before, after): (i64, i64, i64),
    now: Millis,
) -> Result<()> {
    if before > 0 && after < judge::FLOOD {
        return Ok(());
    }
    let past: Vec<(i64, i64)> =
        sql!(all(i64, i64), tx.conn(), PAST_HOURS, key.workspace, key.token, hour - HOURS_KEPT, hour)?;
    if before == 0 && judge::unusual_hour(&past, hour) {
        let text = "It was never used at this hour of the day within the last two weeks.";
        flag(tx, used, Odd::Hour, text, now).await?;
    }
    if judge::flood(&past, before, after) {
        let text = format!("{after} requests within this hour are more than ten times what it makes in an hour.");
        flag(tx, used, Odd::Flood, &text, now).await?;
    }
    Ok(())
}

/// Writes down uses that were counted; answers, by the hour, what was added and how many there are now.
async fn add(tx: &mut Tx, key: Key, mut due: Vec<Uses>) -> Result<Vec<(i64, i64, i64)>> {
    // In one order: two processes that write down the same token do not wait for each other in a circle.
    due.sort_unstable_by(|one, other| (one.minute, &one.network).cmp(&(other.minute, &other.network)));
    let mut hours: Vec<(i64, i64, i64)> = Vec::new();
    for uses in due {
        sql!(exec tx.conn(), USED, key.workspace, key.token, uses.minute, uses.network.as_str(), uses.count)?;
        let hour = uses.minute * MINUTE / HOUR;
        match hours.iter_mut().find(|(of, ..)| *of == hour) {
            Some((_, added, _)) => *added += uses.count,
            None => hours.push((hour, uses.count, 0)),
        }
    }
    for (hour, added, after) in &mut hours {
        *after = sql!(scalar i64, tx.conn(), USED_IN_HOUR, key.workspace, key.token, *hour, *added)?;
    }
    Ok(hours)
}

/// Only writes down; for what is left of minutes that are over.
pub(super) async fn write(services: &Services, key: Key, due: Vec<Uses>) -> Result<()> {
    let mut tx = services.db().begin().await?;
    add(&mut tx, key, due).await?;
    Ok(tx.commit().await?)
}

/// What is told and not forbidden.
#[derive(Clone, Copy)]
enum Odd {
    Moved,
    Hour,
    Flood,
}

impl Odd {
    const fn as_str(self) -> &'static str {
        match self {
            Odd::Moved => "address",
            Odd::Hour => "hour",
            Odd::Flood => "volume",
        }
    }
}

async fn flag(tx: &mut Tx, used: Use<'_>, odd: Odd, text: &str, now: Millis) -> Result<()> {
    let Use { token, ctx } = used;
    let about = json!({"name": token.name, "unusual": odd.as_str()}).to_string();
    let entry = Entry::new(Action::TokenFlagged).on("token", token.id).about(about);
    audit::record_as(&ctx.services, tx, ctx.workspace().id, Actor::System, ctx.origin(), now, entry).await?;
    let alert = NewAlert {
        kind: Kind::TokenUnusual,
        severity: Severity::Medium,
        title: format!("Unusual use of the API token “{}”", token.name),
        body: format!("{text} If that is not you, revoke it."),
        link: LINK.to_owned(),
        key: format!("token-{}:{}", odd.as_str(), token.id),
    };
    alerts::raise(tx, ctx.workspace().id, now, alert).await
}

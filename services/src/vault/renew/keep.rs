//! What is written about a renewal.

use super::ask::Renewed;
use crate::{
    Actor, Origin, Result, Services, alerts,
    audit::{self, Entry},
    db::system::ToRenew,
    sql,
    vault::{self, Kind, Place, stale},
};
use domain::{
    audit::Action,
    id::{NumberId, WorkspaceId},
    time::Millis,
};
use serde_json::json;

/// One process asks.
const CLAIM: &str = "UPDATE secrets SET renew_at = $4 WHERE workspace_id = $1 AND id = $2 AND renew_at = $3";
const NOTE: &str = "UPDATE secrets SET expires_at = $3, renew_refused = $4, renew_at = $5
    WHERE workspace_id = $1 AND id = $2";
/// It changes nothing, and takes the row, as whoever connects the number again does.
const TAKE: &str = "UPDATE numbers SET name = name WHERE workspace_id = $1 AND id = $2 AND state = 'active'";
const STANDS: &str = "SELECT COUNT(*) FROM secrets WHERE workspace_id = $1 AND id = $2";
const NEW: &str = "UPDATE secrets SET expires_at = $4, renew_at = $5
    WHERE workspace_id = $1 AND kind = 'access_token' AND subject_id = $2 AND version = $3";

/// Whether this process is the one that asks now.
pub(super) async fn claim(services: &Services, row: &ToRenew, until: Millis) -> Result<bool> {
    let mut tx = services.db().begin().await?;
    let mine = sql!(exec tx.conn(), CLAIM, row.workspace_id, row.id, row.renew_at, until)? == 1;
    tx.commit().await?;
    Ok(mine)
}

/// What Meta said of a token that stays.
pub(super) async fn note(services: &Services, row: &ToRenew, refused: Option<&str>, next: Millis) -> Result<()> {
    let mut tx = services.db().begin().await?;
    sql!(exec tx.conn(), NOTE, row.workspace_id, row.id, row.expires_at, refused, next)?;
    Ok(tx.commit().await?)
}

/// Puts the new token in the place of the old one, unless somebody has connected the number anew or let go of it meanwhile.
pub(super) async fn store(services: &Services, row: &ToRenew, renewed: Renewed, next: Millis) -> Result<bool> {
    let (now, workspace) = (services.clock().now(), WorkspaceId(row.workspace_id));
    let mut tx = services.db().begin().await?;
    let taken = sql!(exec tx.conn(), TAKE, workspace.0, row.number_id)? == 1;
    if !taken || sql!(scalar i64, tx.conn(), STANDS, workspace.0, row.id)? == 0 {
        return Ok(false);
    }
    let place = Place { workspace, kind: Kind::AccessToken, subject: row.number_id };
    let version = vault::store(services, tx.conn(), place, &renewed.token, now).await?;
    sql!(exec tx.conn(), NEW, workspace.0, row.number_id, version, renewed.expires_at, next)?;
    let entry = Entry::new(Action::SecretRefreshed)
        .on("number", row.number_id)
        .change(json!({ "expires_at": row.expires_at }), json!({ "expires_at": renewed.expires_at }))
        .about("Meta renewed the access token");
    audit::record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), now, entry).await?;
    let key = stale::key(NumberId(row.number_id));
    alerts::settle(&mut tx, workspace, now, &key, "Meta has renewed the token since. There is nothing to do.").await?;
    tx.commit().await?;
    tracing::info!(number = %row.number_id, "Meta renewed the access token of a number");
    Ok(true)
}

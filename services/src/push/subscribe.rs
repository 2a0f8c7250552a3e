//! The browsers of a member that are told.

use super::encrypt::{AUTH, POINT, Reader};
use crate::{
    Ctx, Error, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    db::system_told as system,
    sql,
    vault::{Kind, OpenError},
};
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use domain::{
    audit::Action,
    id::{PushId, WorkspaceId},
    time::Millis,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

/// Browsers of one member; a new one takes the place of the oldest.
const MOST: i64 = 10;
/// Characters of an address; the longest known have some 500.
const ADDRESS: usize = 2_000;

const STORE: &str =
    "INSERT INTO push_subscriptions (workspace_id, id, member_id, endpoint_hash, sealed, agent, session_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const KNOWN: &str =
    "SELECT id FROM push_subscriptions WHERE workspace_id = $1 AND member_id = $2 AND endpoint_hash = $3";
const RENEW: &str = "UPDATE push_subscriptions SET sealed = $3, agent = $4, session_hash = $5
    WHERE workspace_id = $1 AND id = $2";
const OLDEST: &str = "DELETE FROM push_subscriptions WHERE workspace_id = $1 AND member_id = $2 AND id IN
    (SELECT id FROM push_subscriptions WHERE workspace_id = $1 AND member_id = $2
        ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET $3)";
const LIST: &str = "SELECT s.id, s.agent, s.created_at FROM push_subscriptions s
    JOIN sessions z ON z.id_hash = s.session_hash AND z.expires_at > $3
    WHERE s.workspace_id = $1 AND s.member_id = $2 ORDER BY s.created_at DESC, s.id DESC";
const FORGET: &str = "DELETE FROM push_subscriptions WHERE workspace_id = $1 AND member_id = $2 AND id = $3";

/// Padded or not: browsers differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a browser answers when it is asked how it is reached: its address and its keys, in base64 for URLs.
#[derive(Clone)]
pub struct Asked {
    /// Of the session in it, see [`crate::accounts::handle_of`].
    pub session: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

/// A browser that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: PushId,
    /// What it calls itself.
    pub agent: String,
    pub since: Millis,
}

/// From now on this browser is told, as long as its session lasts, and nobody else through it. Asking again renews
/// its keys.
///
/// # Errors
/// `Invalid` for what no browser answers, or for a push service at an address that is not gone to.
pub async fn subscribe(ctx: &Ctx, asked: &Asked) -> Result<PushId> {
    let wrong = || domain::Error::invalid("subscription", "this browser's answer was not understood; try again");
    let url = Url::parse(&asked.endpoint).ok().filter(|_| asked.endpoint.len() <= ADDRESS).ok_or_else(wrong)?;
    if !ctx.services.push_road().is_some_and(|road| road.leads_to(&url)) {
        let why = "this browser's push service has an address that this installation does not send to";
        return Err(domain::Error::invalid("subscription", why).into());
    }
    let point = BASE64.decode(&asked.p256dh).ok().filter(|point| point.len() == POINT).ok_or_else(wrong)?;
    let auth = BASE64.decode(&asked.auth).ok().filter(|auth| auth.len() == AUTH).ok_or_else(wrong)?;
    // A key that nothing can be encrypted for is found out now, and not each time.
    super::encrypt::encrypt(&Reader { point: point.clone(), auth: auth.clone() }, b"").map_err(|_| wrong())?;
    let hash = Sha256::digest(url.as_str()).to_vec();
    let session = hex::decode(&asked.session).map_err(|_| Error::SignedOut)?;
    let session = session.as_slice();
    let agent = ctx.origin().agent.clone().unwrap_or_default();
    let me = ctx.me().id.0;
    let mut tx = ctx.begin().await?;
    system::forget_others_browser(tx.conn(), &hash, ctx.user().0).await?;
    let known = sql!(scalar_opt Uuid, tx.conn(), KNOWN, ctx.ws(), me, hash.as_slice())?;
    let id = known.unwrap_or_else(new_id);
    let sealed = seal(&ctx.services, id, &url, &point, &auth)?;
    if known.is_some() {
        sql!(exec tx.conn(), RENEW, ctx.ws(), id, sealed.as_slice(), &agent, session)?;
    } else {
        let (hash, sealed) = (hash.as_slice(), sealed.as_slice());
        sql!(exec tx.conn(), STORE, ctx.ws(), id, me, hash, sealed, &agent, session, ctx.now())?;
        sql!(exec tx.conn(), OLDEST, ctx.ws(), me, MOST)?;
        audit::record(&mut tx, ctx, Entry::new(Action::PushAllowed).on("member", me)).await?;
    }
    tx.commit().await?;
    Ok(id.into())
}

/// The member's own in which they are still signed in, the latest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn subscriptions(ctx: &Ctx) -> Result<Vec<Subscription>> {
    let mut read = ctx.read().await?;
    let rows = sql!(all(Uuid, String, Millis), read.conn(), LIST, ctx.ws(), ctx.me().id.0, ctx.now())?;
    Ok(rows.into_iter().map(|(id, agent, since)| Subscription { id: id.into(), agent, since }).collect())
}

/// One of the member's browsers is told nothing any more. One that is gone is gone.
///
/// # Errors
/// When the database fails.
pub async fn forget(ctx: &Ctx, id: PushId) -> Result<()> {
    let me = ctx.me().id.0;
    let mut tx = ctx.begin().await?;
    if sql!(exec tx.conn(), FORGET, ctx.ws(), me, id.0)? > 0 {
        audit::record(&mut tx, ctx, Entry::new(Action::PushEnded).on("member", me)).await?;
    }
    Ok(tx.commit().await?)
}

/// A sealed subscription opens under its own id only.
fn seal(services: &Services, id: Uuid, url: &Url, point: &[u8], auth: &[u8]) -> Result<Vec<u8>> {
    let parts = (url.as_str(), hex::encode(point), hex::encode(auth));
    let json = serde_json::to_string(&parts).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(services.vault().seal(WorkspaceId(id), Kind::PushSubscription, 1, &SecretString::from(json)))
}

/// Where and to whom; `None` for what was sealed and is no subscription.
pub(super) async fn open(services: &Services, id: Uuid, sealed: &[u8]) -> Result<Option<(Url, Reader)>, OpenError> {
    let json = services.vault().open(WorkspaceId(id), Kind::PushSubscription, 1, sealed).await?;
    let read = || {
        let (url, point, auth): (String, String, String) = serde_json::from_str(json.expose_secret()).ok()?;
        let reader = Reader { point: hex::decode(point).ok()?, auth: hex::decode(auth).ok()? };
        Some((Url::parse(&url).ok()?, reader))
    };
    Ok(read())
}

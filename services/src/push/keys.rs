//! The key that the installation signs pushes with, and the word that it signs (RFC 8292). Made once, sealed as other
//! secrets are.

use crate::{Error, Result, Services, db::Conn, sql, vault::Kind};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    id::WorkspaceId,
    time::{HOUR, Millis, SECOND},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;
use uuid::Uuid;

/// The only row; a sealed key opens under its own id alone.
const ID: Uuid = Uuid::from_u128(1);
/// How long a word holds; push services take up to a day.
const HOLDS: Millis = 12 * HOUR;

const PUBLIC: &str = "SELECT public FROM push_keys WHERE id = $1";
const SEALED: &str = "SELECT sealed FROM push_keys WHERE id = $1";
const STORE: &str = "INSERT INTO push_keys (id, public, sealed, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO NOTHING";

fn trouble(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the key for pushes: {why}"))
}

/// The public half, as browsers want it; made with the other half where there is none yet.
///
/// # Errors
/// When the database fails; `Internal` where nobody keeps what this process would seal.
pub async fn public_key(services: &Services) -> Result<String> {
    let known = {
        let mut read = services.db().read().await?;
        stored(read.conn()).await?
    };
    let public = match known {
        Some(public) => public,
        None => make(services).await?,
    };
    Ok(BASE64_URL_SAFE_NO_PAD.encode(public))
}

async fn stored(conn: Conn<'_>) -> Result<Option<Vec<u8>>> {
    Ok(sql!(scalar_opt Vec<u8>, conn, PUBLIC, ID)?)
}

/// Of two processes that do this at once one is first, and both know its key.
async fn make(services: &Services) -> Result<Vec<u8>> {
    if services.vault().is_unkept() {
        return Err(trouble("there is no master key to seal it with"));
    }
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(trouble)?;
    let pair = pair(document.as_ref())?;
    let secret = SecretString::from(hex::encode(document.as_ref()));
    let sealed = services.vault().seal(WorkspaceId(ID), Kind::PushKey, 1, &secret);
    let mut tx = services.db().begin().await?;
    let public = pair.public_key().as_ref();
    sql!(exec tx.conn(), STORE, ID, public, sealed.as_slice(), services.clock().now())?;
    let public = stored(tx.conn()).await?;
    tx.commit().await?;
    public.ok_or_else(|| trouble("it was not stored"))
}

fn pair(document: &[u8]) -> Result<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &SystemRandom::new()).map_err(trouble)
}

/// Who sends a push, for the header `Authorization`: signed for the push service at `to` alone.
///
/// # Errors
/// When the key cannot be had.
pub(super) async fn authorization(services: &Services, to: &Url, contact: &str) -> Result<String> {
    let public = public_key(services).await?;
    let sealed = {
        let mut read = services.db().read().await?;
        sql!(scalar Vec<u8>, read.conn(), SEALED, ID)?
    };
    let secret = services.vault().open(WorkspaceId(ID), Kind::PushKey, 1, &sealed).await.map_err(trouble)?;
    let document = zeroize::Zeroizing::new(hex::decode(secret.expose_secret()).map_err(trouble)?);
    let until = (services.clock().now() + HOLDS) / SECOND;
    let claims = json!({ "aud": to.origin().ascii_serialization(), "exp": until, "sub": contact });
    let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let words = format!("{}.{}", part(json!({ "typ": "JWT", "alg": "ES256" })), part(claims));
    let signature = pair(&document)?.sign(&SystemRandom::new(), words.as_bytes()).map_err(trouble)?;
    Ok(format!("vapid t={words}.{}, k={public}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

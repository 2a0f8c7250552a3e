use super::{
    Qr, SETTING_UP, STORED, base32, code,
    recovery::{self, RecoveryCodes},
};
use crate::{
    Error, Origin, Result, Services,
    accounts::{
        Proof, proof,
        prove::prove,
        sessions,
        tell::{self, By},
        throttle::Attempt,
    },
    audit::Entry,
    sql,
    vault::Kind,
};
use domain::{
    audit::Action,
    id::UserId,
    time::{MINUTE, Millis},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use std::net::Ipv4Addr;
use tower_sessions_core::session::Id;
use zeroize::Zeroizing;

/// For this long a secret may be scanned and confirmed.
const PATIENCE: Millis = 15 * MINUTE;
/// Bytes of a secret: as long as SHA-1's output, as RFC 4226 advises.
const RANDOM: usize = 20;
const ISSUER: &str = "Parlance";

const EMAIL: &str = "SELECT email FROM users WHERE id = $1";
/// The one that was before works no more from here on.
const PUT: &str = "INSERT INTO totp_secrets (user_id, sealed, last_step, created_at, last_used_at)
    VALUES ($1, $2, $3, $4, $4) ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed,
    last_step = excluded.last_step, created_at = excluded.created_at, last_used_at = excluded.last_used_at";

/// A secret as the page shows it, to be scanned or typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// In groups of four characters.
    pub secret: String,
    pub qr: Qr,
}

/// Begins to set up a second factor, or to replace the one there is; nothing of it holds until [`confirm`]. What comes back is
/// sealed and goes into the person's session.
///
/// # Errors
/// As the password is said once more: `Invalid`, `Conflict`.
pub async fn begin(services: &Services, user: UserId, password: &str) -> Result<String> {
    let proved = prove(services, user, password).await?;
    let mut random = Zeroizing::new([0_u8; RANDOM]);
    rand::rng().fill_bytes(random.as_mut());
    let until = services.clock().now() + PATIENCE;
    let content =
        SecretString::from(format!("{until} {} {}", proved.changed_at, base32::encode(random.as_ref()).as_str()));
    Ok(hex::encode(services.vault().seal(user, Kind::TotpSecret, SETTING_UP, &content)))
}

/// What has been begun; `None` when it took too long.
///
/// # Errors
/// When the database cannot be asked.
pub async fn show(services: &Services, user: UserId, sealed: &str) -> Result<Option<Shown>> {
    let Some((secret, _)) = open(services, user, sealed).await else { return Ok(None) };
    let email = {
        let mut read = services.db().read().await?;
        sql!(scalar_opt String, read.conn(), EMAIL, user.0)?.ok_or(Error::SignedOut)?
    };
    let (secret, account) = (secret.expose_secret(), utf8_percent_encode(&email, NON_ALPHANUMERIC));
    let uri = Zeroizing::new(format!("otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}"));
    let qr = Qr::of(&uri).ok_or_else(|| Error::Internal("an address is too long for a QR code".to_owned()))?;
    let groups: Vec<&str> = (0..secret.len()).step_by(4).filter_map(|at| secret.get(at..at + 4)).collect();
    Ok(Some(Shown { secret: groups.join(" "), qr }))
}

/// The secret, and since when the password is the one that was said for it.
async fn open(services: &Services, user: UserId, sealed: &str) -> Option<(SecretString, Millis)> {
    let sealed = hex::decode(sealed).ok()?;
    let content = services.vault().open(user, Kind::TotpSecret, SETTING_UP, &sealed).await.ok()?;
    let (until, rest) = content.expose_secret().split_once(' ')?;
    let (password, secret) = rest.split_once(' ')?;
    let password = password.parse().ok()?;
    (services.clock().now() <= until.parse().ok()?).then(|| (SecretString::from(secret), password))
}

/// That the second factor is on.
pub struct Confirmed {
    /// Shown this once.
    pub codes: RecoveryCodes,
    /// With this the session that was kept goes on under a new id.
    pub proof: Proof,
}

/// Turns the second factor on with a first code of the app, and ends all sessions of the person but `keep`, whose id the
/// caller then changes: nobody gave a code for the others.
///
/// # Errors
/// `Invalid` for a wrong code; `Conflict` after too many, when it took too long, and when the password is another one by now.
pub async fn confirm(
    services: &Services,
    user: UserId,
    sealed: &str,
    typed: &str,
    keep: Option<Id>,
    origin: &Origin,
) -> Result<Confirmed> {
    let attempt = Attempt::code(user, origin.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()));
    if let Err(blocked) = attempt.count(services).await? {
        return Err(Error::Conflict(blocked.to_string()));
    }
    let too_late = || Error::Conflict("That took too long. Start again with a new key.".to_owned());
    let (secret, password) = open(services, user, sealed).await.ok_or_else(too_late)?;
    let bytes = base32::decode(secret.expose_secret()).ok_or_else(too_late)?;
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let now = services.clock().now();
    let step = code::step_of(&bytes, &typed, now, 0).ok_or_else(|| {
        domain::Error::invalid("code", "this is not the one that the app shows now; is the phone's clock right?")
    })?;
    attempt.succeeded(services).await?;
    let kept = services.vault().seal(user, Kind::TotpSecret, STORED, &secret);
    let mut tx = services.db().begin().await?;
    sessions::revoke(tx.conn(), user, keep).await?;
    let asked = proof::asked(tx.conn(), user).await?.ok_or(Error::SignedOut)?;
    if asked.password_changed_at != password {
        return Err(too_late());
    }
    sql!(exec tx.conn(), PUT, user.0, kept.as_slice(), step, now)?;
    let codes = recovery::replace(tx.conn(), user, now).await?;
    tell::record(services, &mut tx, user, (By::Person, origin), now, Entry::new(Action::TotpEnabled)).await?;
    let streams = tell::streams(&mut tx, user, now).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(Confirmed { codes, proof: Proof { second: Some(now), ..asked } })
}

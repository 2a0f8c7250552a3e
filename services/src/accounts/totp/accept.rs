use super::{STORED, base32, code, recovery};
use crate::{
    Error, Origin, Result, Services,
    accounts::tell::{self, By},
    audit::Entry,
    sql,
    vault::{Kind, Purpose, opened},
};
use domain::{audit::Action, id::UserId};
use secrecy::ExposeSecret;

const SECRET: &str = "SELECT sealed, last_step FROM totp_secrets WHERE user_id = $1";
/// Of two that type the same code at once the second comes too late.
const TAKE: &str =
    "UPDATE totp_secrets SET last_step = $2, last_used_at = $3 WHERE user_id = $1 AND sealed = $4 AND last_step < $2";

/// Whether what somebody typed is a code of their app or a recovery code; it is used up with this. Guessing is braked by the
/// caller.
pub(in crate::accounts) async fn accept(
    services: &Services,
    user: UserId,
    typed: &str,
    origin: &Origin,
) -> Result<bool> {
    let typed: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    match typed.len() {
        code::DIGITS => of_app(services, user, &typed).await,
        recovery::LENGTH => of_paper(services, user, &typed, origin).await,
        _ => Ok(false),
    }
}

async fn of_app(services: &Services, user: UserId, typed: &str) -> Result<bool> {
    let row = {
        let mut read = services.db().read().await?;
        sql!(opt(Vec<u8>, i64), read.conn(), SECRET, user.0)?
    };
    let Some((sealed, last)) = row else { return Ok(false) };
    let secret = services.vault().open(user, Kind::TotpSecret, STORED, &sealed).await;
    opened(services, user, (Kind::TotpSecret, user.0), Purpose::SignIn, secret.as_ref().err());
    let secret = secret.map_err(|e| Error::Internal(format!("authenticator secret: {e}")))?;
    let secret = base32::decode(secret.expose_secret())
        .ok_or_else(|| Error::Internal("an authenticator secret is no base32".to_owned()))?;
    let now = services.clock().now();
    let Some(step) = code::step_of(&secret, typed, now, last) else { return Ok(false) };
    let mut tx = services.db().begin().await?;
    let taken = sql!(exec tx.conn(), TAKE, user.0, step, now, sealed.as_slice())? == 1;
    tx.commit().await?;
    Ok(taken)
}

async fn of_paper(services: &Services, user: UserId, typed: &str, origin: &Origin) -> Result<bool> {
    let mut tx = services.db().begin().await?;
    let now = services.clock().now();
    if !recovery::use_up(tx.conn(), user, typed, now).await? {
        return Ok(false);
    }
    let entry = Entry::new(Action::RecoveryCodeUsed);
    tell::record(services, &mut tx, user, (By::Person, origin), now, entry).await?;
    tx.commit().await?;
    Ok(true)
}

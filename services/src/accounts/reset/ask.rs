use super::link::{self, LIFE};
use crate::{
    Origin, Result, Services,
    accounts::{
        BY_EMAIL, SignInError,
        tell::{self, By},
        throttle::Attempt,
    },
    audit::Entry,
    mail::{self, Mail},
    sql,
};
use domain::{audit::Action, id::UserId, time::MINUTE};
use secrecy::SecretString;
use std::net::Ipv4Addr;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Mails a link to whoever has this address, where a mail server is configured.
///
/// The answer comes before it is looked whether anybody has the address, so it says nothing about that, and neither does the
/// time it takes. The rest goes on by itself; tests wait for it.
///
/// # Errors
/// `Throttled`, alike for addresses that somebody has and others.
pub async fn ask(services: &Services, email: &str, origin: &Origin) -> Result<JoinHandle<()>, SignInError> {
    let email = domain::text::email(email).unwrap_or_else(|_| email.trim().to_lowercase());
    let attempt = Attempt::link(&email, origin.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()));
    if let Err(blocked) = attempt.count(services).await? {
        return Err(blocked.into());
    }
    let (services, origin) = (services.clone(), origin.clone());
    Ok(tokio::spawn(async move {
        if let Err(error) = send(&services, &email, &origin).await {
            tracing::error!(%error, "a link for a new password could not be mailed");
        }
    }))
}

async fn send(services: &Services, email: &str, origin: &Origin) -> Result<()> {
    let Some(mailer) = services.mailer() else { return Ok(()) };
    let mut tx = services.db().begin().await?;
    let email = domain::text::storable(email);
    let Some((user, name, _)) = sql!(opt(Uuid, String, String), tx.conn(), BY_EMAIL, email.as_str())? else {
        return Ok(());
    };
    let (user, token, now) = (UserId(user), link::make(), services.clock().now());
    let text = format!(
        "{name}, somebody asked for a new password for your account at {url}.\n\n\
         Choose one here:\n{url}{}\n\n\
         The link works once, within {} minutes, and signs you out everywhere. If it was not you, do nothing: your \
         password stays as it is.\n",
        link::path(&token),
        LIFE / MINUTE,
        url = mailer.public_url(),
    );
    let mail = Mail { to: email, subject: "A new password for Parlance".to_owned(), text: SecretString::from(text) };
    let id = mail::queue(services, &mut tx, &mail).await?;
    link::store(&mut tx, user, token, None, id, now).await?;
    // Whoever asked is not known to be the person.
    let entry = Entry::new(Action::PasswordResetAsked);
    tell::record(services, &mut tx, user, (By::System, origin), now, entry).await?;
    Ok(tx.commit().await?)
}

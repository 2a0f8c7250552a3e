use crate::{
    Result, Services,
    clock::new_id,
    db::Tx,
    sql,
    vault::{Kind, OpenError},
};
use domain::id::WorkspaceId;
use lettre::Address;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const INSERT: &str = "INSERT INTO mails (id, sealed, state, attempts, due_at, lease_until, created_at)
    VALUES ($1, $2, 'waiting', 0, $3, 0, $3)";
/// One that is being sent at this moment goes out nevertheless.
const WITHDRAW: &str = "DELETE FROM mails WHERE id = $1";

/// A mail to one person, in plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    /// An address, without a name.
    pub to: String,
    pub subject: String,
    /// May hold a one-time link.
    pub text: SecretString,
}

/// Puts a mail on its way together with the change it is about, and returns its id; `None` where no mail server is configured.
///
/// # Errors
/// `Invalid` when no mail can be sent to the address.
pub(crate) async fn queue(services: &Services, tx: &mut Tx, mail: &Mail) -> Result<Option<Uuid>> {
    if services.mailer().is_none() {
        return Ok(None);
    }
    if mail.to.parse::<Address>().is_err() {
        return Err(domain::Error::invalid("email", "no mail can be sent to this address").into());
    }
    let id = new_id();
    let sealed = seal(services, id, mail)?;
    sql!(exec tx.conn(), INSERT, id, sealed.as_slice(), services.clock().now())?;
    Ok(Some(id))
}

/// Takes a mail back whose content is not true any more, if it has not left.
pub(crate) async fn withdraw(tx: &mut Tx, id: Option<Uuid>) -> Result<()> {
    if let Some(id) = id {
        sql!(exec tx.conn(), WITHDRAW, id)?;
    }
    Ok(())
}

/// A sealed mail opens under its own id only.
fn place(id: Uuid) -> WorkspaceId {
    WorkspaceId(id)
}

fn seal(services: &Services, id: Uuid, mail: &Mail) -> Result<Vec<u8>> {
    let parts = (mail.to.as_str(), mail.subject.as_str(), mail.text.expose_secret());
    let json = serde_json::to_string(&parts).map_err(|e| crate::Error::Internal(e.to_string()))?;
    Ok(services.vault().seal(place(id), Kind::Mail, 1, &SecretString::from(json)))
}

/// Why a mail does not open.
pub(super) enum Shut {
    /// The key for it is not here, or its service does not answer: that is put right, and it opens.
    ForNow(String),
    /// It never will.
    ForGood(String),
}

/// What was sealed. The text of an error is for the log.
pub(super) async fn open(services: &Services, id: Uuid, sealed: &[u8]) -> Result<Mail, Shut> {
    let json = services.vault().open(place(id), Kind::Mail, 1, sealed).await.map_err(|error| match error {
        OpenError::OtherKey(_) | OpenError::Unavailable(_) => Shut::ForNow(error.to_string()),
        OpenError::Format | OpenError::Tampered => Shut::ForGood(error.to_string()),
    })?;
    let (to, subject, text): (String, String, String) =
        serde_json::from_str(json.expose_secret()).map_err(|_| Shut::ForGood("it is no mail".to_owned()))?;
    Ok(Mail { to, subject, text: SecretString::from(text) })
}

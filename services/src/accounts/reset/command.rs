use super::link::{self, Link};
use crate::{
    Origin, Result, Services,
    accounts::{
        BY_EMAIL,
        set_password::nobody,
        tell::{self, By},
    },
    audit::Entry,
    sql,
};
use domain::{audit::Action, id::UserId};
use uuid::Uuid;

/// A link for a new password, for whoever runs the installation. The one before works no more.
///
/// # Errors
/// `Invalid` when nobody has this e-mail.
pub async fn link_for(services: &Services, email: &str) -> Result<Link> {
    let email = domain::text::email(&domain::text::storable(email))?;
    let mut tx = services.db().begin().await?;
    let account = sql!(opt(Uuid, String, String), tx.conn(), BY_EMAIL, email.as_str())?;
    let (user, _, _) = account.ok_or_else(nobody)?;
    let (user, now) = (UserId(user), services.clock().now());
    let link = link::store(&mut tx, user, link::make(), None, None, now).await?;
    let entry = Entry::new(Action::PasswordResetLinked).about("at the command line");
    tell::record(services, &mut tx, user, (By::System, &Origin::default()), now, entry).await?;
    tx.commit().await?;
    Ok(link)
}

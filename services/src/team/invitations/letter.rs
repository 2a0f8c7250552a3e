use super::link;
use crate::{
    Ctx, Result,
    db::Tx,
    mail::{self, Mail},
};
use domain::{team::Invitation, time::DAY};
use secrecy::SecretString;
use uuid::Uuid;

/// Puts the mail with the link on its way; `None` where no mail server is configured.
pub(super) async fn send(ctx: &Ctx, tx: &mut Tx, to: &str, role: &str, token: &SecretString) -> Result<Option<Uuid>> {
    let Some(mailer) = ctx.services.mailer() else { return Ok(None) };
    let (inviter, workspace) = (ctx.me().name.as_str(), ctx.workspace().name.as_str());
    let text = format!(
        "{inviter} invites you to answer customers together in {workspace}, as {role}.\n\n\
         Accept the invitation here:\n{}{}\n\n\
         The link works once, for {to}, within {} days. If you do not expect it, do nothing: without you nothing \
         happens.\n",
        mailer.public_url(),
        link::path(token),
        Invitation::LIFE / DAY,
    );
    let subject = format!("{inviter} invites you to {workspace}");
    mail::queue(&ctx.services, tx, &Mail { to: to.to_owned(), subject, text: SecretString::from(text) }).await
}

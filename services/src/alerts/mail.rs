use crate::{
    Result, Services,
    ctx::held,
    db::{Tx, system},
    mail::{self, Mail, Mailer},
    sql,
};
use domain::{
    alert::Kind,
    permission::Access,
    time::{DAY, Millis},
};
use uuid::Uuid;

const TAKE: &str = "UPDATE alerts SET mail_due = FALSE WHERE workspace_id = $1 AND id = $2 AND mail_due
    RETURNING kind, title, body, link";

const WORKSPACE: &str = "SELECT slug, name, agents_see_unassigned FROM workspaces WHERE id = $1";

const MEMBERS: &str = "SELECT u.email, m.role, r.permissions FROM members m
    JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.removed_at IS NULL ORDER BY u.email";

/// Older ones are not mailed any more, such as those from before a mail server was configured.
const NEWS: Millis = DAY;
const BATCH: i64 = 100;

/// Puts mails about alerts that cannot wait on their way, to whoever may see them at this moment. The alert's own row says
/// that they are due, so an alert that was raised is mailed once, also after a crash.
///
/// # Errors
/// When the database fails.
pub async fn mail_due(services: &Services) -> Result<()> {
    let Some(mailer) = services.mailer() else { return Ok(()) };
    let due = {
        let mut read = services.db().read().await?;
        system::alerts_to_mail(read.conn(), services.clock().now() - NEWS, BATCH).await?
    };
    for (workspace, alert) in due {
        let mut tx = services.db().begin().await?;
        mail_one(services, mailer, &mut tx, workspace, alert).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn mail_one(services: &Services, mailer: &Mailer, tx: &mut Tx, workspace: Uuid, alert: Uuid) -> Result<()> {
    let taken = sql!(opt(String, String, String, String), tx.conn(), TAKE, workspace, alert)?;
    // Another process was faster.
    let Some((kind, title, body, link)) = taken else { return Ok(()) };
    let Some(kind) = Kind::parse(&kind) else { return Ok(()) };
    let (slug, name, unassigned) = sql!(one(String, String, bool), tx.conn(), WORKSPACE, workspace)?;
    let url = mailer.public_url();
    let text = format!(
        "{title}\n\n{body}\n\nLook at it: {url}/w/{slug}/{link}\nAll alerts of {name}: {url}/w/{slug}/alerts\n"
    );
    let members = sql!(all(String, String, Option<String>), tx.conn(), MEMBERS, workspace)?;
    for (email, role, own) in members {
        let (_, permissions) = held(&role, own.as_deref())?;
        if !kind.seen_with(&Access { permissions, unassigned }) {
            continue;
        }
        let mail = Mail { to: email, subject: format!("{name}: {title}"), text: text.clone().into() };
        match mail::queue(services, tx, &mail).await {
            // An address that no mail can be sent to keeps the mail from nobody else.
            Ok(_) | Err(crate::Error::Domain(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

use super::{
    Due,
    lane::LEASE,
    outcome::{Attempt, settle},
    park::{self, Token},
};
use crate::{Result, Services, db::Tx, ingest::Target, live, sql};
use domain::{
    inbox::{Event, Row},
    message::Status,
    meta::send::{Recipient, TextMessage},
    window::{self, Window},
};
use uuid::Uuid;

const TARGET: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const PHONE: &str = "SELECT phone_number_id FROM numbers WHERE workspace_id = $1 AND id = $2 AND state = 'active'";
const RENEW: &str = "UPDATE outbox SET lease_until = $4
    WHERE workspace_id = $1 AND message_id = $2 AND leased_by = $3 AND lease_until > $5";
const SENDING: &str = "UPDATE messages SET status = 'sending', status_rank = $3
    WHERE workspace_id = $1 AND id = $2 AND status IN ('queued', 'retry_queued')";
const GONE: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND message_id = $2";

/// What is needed to make the request, read and committed as `sending` before it leaves.
struct Ready {
    phone_number_id: String,
    request: TextMessage,
}

/// Sends one leased message and writes what came of it.
///
/// # Errors
/// When the database fails; the lease runs out and the message is found again.
pub async fn deliver(services: &Services, due: &Due) -> Result<()> {
    let token = match park::token(services, due).await? {
        Some(Token::Opened(token)) => Some(token),
        Some(Token::Missing) => None,
        Some(Token::Waits) | None => return Ok(()),
    };
    let Some(ready) = prepare(services, due).await? else { return Ok(()) };
    let attempt = match token {
        Some(token) => {
            Attempt::Answered(services.graph().send_text(&ready.phone_number_id, &token, &ready.request).await)
        }
        None => {
            tracing::error!(message = %due.message, "no access token of its number is stored");
            Attempt::NoToken
        }
    };
    settle(services, due, attempt).await
}

/// Checks once more what may have changed since it was queued and commits `sending`. `None`: it is settled already.
async fn prepare(services: &Services, due: &Due) -> Result<Option<Ready>> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    // The lease may have run out while the message waited for its turn; then it is somebody else's. The row stays locked.
    let until = now + LEASE;
    if sql!(exec tx.conn(), RENEW, due.workspace, due.message, &*due.holder, until, now)? == 0 {
        return Ok(None);
    }
    let target: Option<Target> = sql!(opt Target, tx.conn(), TARGET, due.workspace, due.message)?;
    let Some(target) = target.filter(|target| Status::parse(&target.message.status).is_pending()) else {
        sql!(exec tx.conn(), GONE, due.workspace, due.message)?;
        tx.commit().await?;
        services.wakes().wake_outbox();
        return Ok(None);
    };
    if Status::parse(&target.message.status) == Status::Sending {
        // Whoever sent it is gone. It may have left: only a status webhook can tell.
        tx.commit().await?;
        settle(services, due, Attempt::Interrupted).await?;
        return Ok(None);
    }
    let row: crate::conversations::row::RowRecord =
        sql!(one crate::conversations::row::RowRecord, tx.conn(), ROW, due.workspace, target.message.conversation_id)?;
    let phone: Option<String> = sql!(scalar_opt String, tx.conn(), PHONE, due.workspace, target.number_id)?;
    let blocked = match (&phone, window::at(row.window_expires_at, now)) {
        (None, _) => Some("The business number is no longer connected. Connect it again, then send again."),
        (_, Window::Closed) => {
            Some("The 24 hours after the customer's last message ended before this was sent. Nothing was sent.")
        }
        _ => None,
    };
    let to = recipient(&row.wa_id, &row.meta_user_id);
    if let (None, Some(phone_number_id), Some(to)) = (blocked, phone, to) {
        let text = target.message.body.clone();
        let request = TextMessage::new(to, text, target.message.id.to_string());
        let left = sending(services, tx, due.workspace, target, row.into()).await?;
        return Ok(left.then_some(Ready { phone_number_id, request }));
    }
    tx.commit().await?;
    let why = blocked.unwrap_or("This contact has no address that WhatsApp could send to.");
    settle(services, due, Attempt::Forbidden(why.to_owned())).await?;
    Ok(None)
}

fn recipient(wa_id: &Option<String>, user_id: &Option<String>) -> Option<Recipient> {
    let phone = wa_id.as_ref().map(|digits| Recipient::To(format!("+{digits}")));
    phone.or_else(|| user_id.clone().map(Recipient::Recipient))
}

/// Commits `sending`; false when the message was settled in between.
async fn sending(services: &Services, mut tx: Tx, workspace: Uuid, target: Target, row: Row) -> Result<bool> {
    let mut message = target.message;
    if sql!(exec tx.conn(), SENDING, workspace, message.id, Status::Sending.rank())? == 0 {
        return Ok(false);
    }
    message.status = Status::Sending.as_str().to_owned();
    let event = Event::MessageChanged { row, message: message.into() };
    let seq = live::record(&mut tx, workspace, &[event], services.clock().now()).await?;
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    Ok(true)
}

use super::{
    Candidate,
    discard::locked,
    queued,
    store::{self, Changes},
};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::Tx,
    limits::{self, Ask, Want},
    sql,
};
use domain::{
    audit::Action,
    backoff::REFUSED,
    id::MessageId,
    message::{Kind, Status},
    time::{DAY, Millis},
    window::{self, Window},
};
use serde_json::json;

const AGAIN: &str = "UPDATE outbox SET due_at = $3
    WHERE workspace_id = $1 AND message_id = $2 AND due_at > $3 AND lease_until <= $4";
const REFUSED_AT: &str = "SELECT MAX(ended_at) FROM send_attempts
    WHERE workspace_id = $1 AND message_id = $2 AND outcome = 'refused'";
/// In the place that it had: due at $3, counted on the day $5; from $7 on later messages of its conversation do not wait for long.
pub(super) const BACK: &str =
    "INSERT INTO outbox (workspace_id, message_id, number_id, conversation_id, contact_id, queued_at, due_at,
    lease_until, stalled_at, bulk, marketing, despite_opt_out, counted_day)
    SELECT m.workspace_id, m.id, m.number_id, m.conversation_id, v.contact_id, m.at, $3, 0, $7, FALSE, $4, $6, $5
    FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE m.workspace_id = $1 AND m.id = $2
    ON CONFLICT (message_id) DO NOTHING";
const LOST: &str =
    "SELECT COUNT(*) FROM send_attempts WHERE workspace_id = $1 AND message_id = $2 AND outcome = 'lost'";

/// Sends at once what waits for its next try (no earlier than five seconds after a refusal in spite of which Meta may have taken
/// it), and once more, with all its tries, what was given up and surely did not go out. That is a message anew to the limits: where
/// the minute or the number's day is used up, it waits for the first that has room.
///
/// # Errors
/// `OptedOut`; `Limited` when the portfolio's customers are used up; `Conflict` for one that may have gone out, which says how to send it again, and for one that waits for no try; `NotFound`,
/// `Forbidden` without `messages.retry`.
pub async fn retry_now(ctx: &Ctx, id: MessageId) -> Result<()> {
    let (mut tx, mut c) = locked(ctx, id).await?;
    let now = ctx.now();
    let was = c.status();
    match was {
        Status::RetryQueued => {
            let refused: Option<Millis> = sql!(scalar Option<Millis>, tx.conn(), REFUSED_AT, ctx.ws(), id.0)?;
            let at = refused.map_or(now, |refused| now.max(refused + REFUSED));
            sql!(exec tx.conn(), AGAIN, ctx.ws(), id.0, at, now)?;
            c.target.message.next_try_at = Some(at);
        }
        Status::Dead if c.sent_again => {
            return Err(Error::Conflict(
                "Its words were sent again as a new message already. Discard this one.".to_owned(),
            ));
        }
        Status::Dead if sql!(scalar i64, tx.conn(), LOST, ctx.ws(), id.0)? == 0 => {
            let marketing = c.marketing_template();
            crate::consent::demand(&mut tx, ctx.ws(), c.contact_id, marketing, false).await?;
            let due_at = admitted(ctx, &mut tx, &c, now).await?;
            sql!(exec tx.conn(), BACK, ctx.ws(), id.0, due_at, marketing, due_at.div_euclid(DAY), false, now)?;
            Status::Queued.as_str().clone_into(&mut c.target.message.status);
            let m = &mut c.target.message;
            (m.tries, m.next_try_at, m.failed_at, m.error_text) = (0, None, None, None);
            c.target.error_code = None;
        }
        Status::Dead | Status::Unconfirmed => {
            return Err(Error::Conflict(
                "This message may have gone out. Send it again as a new one if the customer should rather get it twice than not \
                 at all."
                    .to_owned(),
            ));
        }
        _ => return Err(Error::Conflict("This message waits for no further try.".to_owned())),
    }
    let entry = Entry::new(Action::MessageRetried).on("conversation", c.target.message.conversation_id).change(
        json!({ "message": id, "status": was.as_str() }),
        json!({ "message": id, "status": c.status().as_str() }),
    );
    audit::record(&mut tx, ctx, entry).await?;
    let changes = Changes { targets: vec![c.target], ..Changes::default() };
    let seq = changes.write(&mut tx, ctx.ws(), now).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ctx.ws(), seq);
    queued(ctx.services());
    Ok(())
}

/// When what is sent anew is due. Nothing is asked of another connection: the workspace is locked.
async fn admitted(ctx: &Ctx, tx: &mut Tx, c: &Candidate, now: Millis) -> Result<Millis> {
    let conversation = c.target.message.conversation_id;
    let rows = store::rows(tx, ctx.ws(), &[conversation]).await?;
    let expires_at = rows.get(&conversation).and_then(|row| row.window_expires_at);
    // Nothing else goes out then.
    let outside = c.kind() == Kind::Template && window::at(expires_at, now) == Window::Closed;
    let Want { when, program } = Want::own();
    let ask = Ask {
        workspace: ctx.ws(),
        number: c.target.number_id,
        many: 1,
        when,
        program,
        outside: outside.then_some(c.contact_id),
    };
    limits::admit(ctx.services(), tx, ask, now).await
}

use super::{Item, Step, quotes};
use crate::{
    Result,
    clock::new_id,
    conversations::{
        PREVIEW_LIMIT, reactions,
        row::{MessageRecord, RowRecord},
    },
    db::{Tx, dialect},
    sql,
};
use domain::{
    content::{Content, Extras, Quote},
    inbox::{Event, MessageView, Row},
    message::{Direction, Kind},
    meta::webhook::{Mark, Marked},
    text::preview,
    time::Millis,
    window,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const REACT: &str = "INSERT INTO reactions
    (workspace_id, id, number_id, target_wamid, direction, author, emoji, at, wamid)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (number_id, wamid) DO NOTHING";
const REWORD: &str = "INSERT INTO message_edits
    (workspace_id, id, number_id, wamid, target_wamid, what, body, raw, at, direction)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (number_id, wamid) DO NOTHING";
const TARGET: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3";
// The first wording is kept under the id of the message itself.
const WORDINGS: &str = "SELECT what, body, at FROM message_edits
    WHERE workspace_id = $1 AND number_id = $2 AND target_wamid = $3 AND wamid <> $3 AND direction = $4 ORDER BY at DESC, id DESC";
const CHANGE: &str = "UPDATE messages SET body = $3, payload = $4, extras = $5 WHERE workspace_id = $1 AND id = $2";
const PREVIEW: &str = "UPDATE conversations SET preview_text = $4
    WHERE workspace_id = $1 AND id = $2 AND preview_message_id = $3";
const WINDOW: &str = "UPDATE conversations SET window_expires_at = $3
    WHERE workspace_id = $1 AND id = $2 AND state = 'open' AND window_expires_at < $3";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// Number and wamid of a message that something was done to, and when the customer last reacted to it.
type Targets = BTreeMap<(Uuid, String), Option<Millis>>;

/// Applies reactions, edits and revocations to the messages that they speak of, and to those of this batch that came after what
/// was done to them, or after their answers. Meta's time decides what counts, so the order of arrival matters within one of its
/// seconds alone, and a repetition never.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>], inserted: &[(Uuid, &str)]) -> Result<()> {
    let mut targets = Targets::new();
    for item in items {
        let Some(number) = item.number.as_ref().map(|number| number.brief.id.0) else { continue };
        for marked in item.marks {
            keep(step, number, marked).await?;
            let at = targets.entry((number, marked.target.clone())).or_default();
            // A reaction is a message to Meta, which renews the window; what an edit is to it is said nowhere.
            if matches!(marked.mark, Mark::React { .. }) && marked.direction == Direction::In {
                *at = (*at).max(Some(marked.at.min(step.now)));
            }
        }
    }
    if !inserted.is_empty() {
        let marked = match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite_marks::marked(tx, step.workspace, inserted).await?,
            Tx::Postgres(tx) => dialect::postgres_marks::marked(tx, step.workspace, inserted).await?,
        };
        for target in marked {
            targets.entry(target).or_default();
        }
    }
    change(step, targets).await
}

async fn keep(step: &mut Step<'_>, number: Uuid, marked: &Marked) -> Result<()> {
    let Marked { wamid, target, direction, author, at, mark, raw } = marked;
    let (ws, side) = (step.workspace, direction.as_str());
    let (what, body) = match mark {
        Mark::React { emoji } => {
            sql!(exec step.tx.conn(), REACT, ws, new_id(), number, target, side, author, emoji.as_deref(), *at, wamid)?;
            return Ok(());
        }
        Mark::Edit { text } => ("edit", Some(text.as_str())),
        Mark::Revoke => ("revoke", None),
    };
    sql!(exec step.tx.conn(), REWORD, ws, new_id(), number, wamid, target, what, body, Some(raw.as_str()), *at, side)?;
    Ok(())
}

/// Conversations are locked before messages, both in the order of their ids.
async fn change(step: &mut Step<'_>, targets: Targets) -> Result<()> {
    let mut found = Vec::with_capacity(targets.len());
    for ((number, wamid), at) in targets {
        let message: Option<MessageRecord> =
            sql!(opt MessageRecord, step.tx.conn(), TARGET, step.workspace, number, &wamid)?;
        found.extend(message.map(|message| (message.conversation_id, message.id, number, wamid, at)));
    }
    found.sort_unstable();
    if let Tx::Postgres(tx) = &mut *step.tx {
        for (conversation, ..) in &found {
            dialect::postgres::lock_conversation(tx, step.workspace, *conversation).await?;
        }
        for (_, message, ..) in &found {
            dialect::postgres::lock_message(tx, step.workspace, *message).await?;
        }
    }
    for (conversation, _, number, wamid, at) in found {
        let message: MessageRecord = sql!(one MessageRecord, step.tx.conn(), TARGET, step.workspace, number, &wamid)?;
        let quote = quote(step, number, &message).await?;
        let (message, mut changed, reacted) = reword(step, number, &wamid, message, quote).await?;
        // Of a reaction that came before its message, the time stands in the reaction.
        if let Some(until) = at.max(reacted.map(|at| at.min(step.now))).map(window::expires_after) {
            changed |= sql!(exec step.tx.conn(), WINDOW, step.workspace, conversation, until)? > 0;
        }
        if changed {
            let row: RowRecord = sql!(one RowRecord, step.tx.conn(), ROW, step.workspace, conversation)?;
            step.events.push(Event::MessageChanged { row: Row::from(row), message: MessageView::from(message) });
        }
    }
    Ok(())
}

/// What it answers, if that was not here before and is now.
async fn quote(step: &mut Step<'_>, number: Uuid, message: &MessageRecord) -> Result<Option<Quote>> {
    let Some(wamid) = &message.quoted_wamid else { return Ok(None) };
    if Extras::parse(message.extras.as_deref()).quote.is_some_and(|quote| quote.message.is_some()) {
        return Ok(None);
    }
    Ok(quotes::find(step, &[(number, wamid)]).await?.remove(&(number, wamid.clone())))
}

/// The message as it is after all that was done to it, written down; whether anything is new; and when the customer last
/// reacted to it.
async fn reword(
    step: &mut Step<'_>,
    number: Uuid,
    wamid: &str,
    mut message: MessageRecord,
    quote: Option<Quote>,
) -> Result<(MessageRecord, bool, Option<Millis>)> {
    let ws = step.workspace;
    let before = Extras::parse(message.extras.as_deref());
    let (reactions, reacted) = reactions::of(step.tx.conn(), ws, number, wamid).await?;
    let mut extras = Extras { reactions, ..before.clone() };
    if quote.is_some() {
        extras.quote = quote;
    }
    // Each side takes back its own words alone.
    let side = message.direction.clone();
    let side = side.as_str();
    let wordings = sql!(all(String, Option<String>, Millis), step.tx.conn(), WORDINGS, ws, number, wamid, side)?;
    extras.revoked_at = wordings.iter().find(|(what, ..)| what == "revoke").map(|(.., at)| *at);
    let newest = wordings.into_iter().find(|(what, ..)| what == "edit");
    extras.edited_at = newest.as_ref().map(|(.., at)| *at);
    if (extras.revoked_at, extras.edited_at) != (before.revoked_at, before.edited_at) {
        let (first, at) = (message.body.clone(), message.at);
        sql!(exec step.tx.conn(), REWORD, ws, new_id(), number, wamid, wamid, "edit", Some(first.as_str()), None::<&str>, at,
            side)?;
        if extras.revoked_at.is_some() {
            extras.media = None;
            crate::media::remove(step.tx.conn(), ws, message.id, step.now).await?;
            (message.body, message.payload) = (String::new(), None);
        } else if let Some((_, Some(body), _)) = newest {
            message.body = body;
        }
    }
    if extras == before {
        return Ok((message, false, reacted));
    }
    message.extras = extras.stored();
    let (body, payload) = (message.body.as_str(), message.payload.as_deref());
    sql!(exec step.tx.conn(), CHANGE, ws, message.id, body, payload, message.extras.as_deref())?;
    let line = extras.revoked_at.map_or_else(|| line(&message), |_| revoked(&message.direction).to_owned());
    sql!(exec step.tx.conn(), PREVIEW, ws, message.conversation_id, message.id, &line)?;
    Ok((message, true, reacted))
}

/// In the list, of a message that was taken back.
fn revoked(direction: &str) -> &'static str {
    match Direction::parse(direction) {
        Direction::In => "Deleted by the customer",
        Direction::Out => "Deleted on the phone",
    }
}

fn line(message: &MessageRecord) -> String {
    let kind = Kind::parse(&message.kind);
    let content = Content::parse(kind, message.payload.as_deref());
    preview(&content.preview(kind, &message.body), PREVIEW_LIMIT)
}

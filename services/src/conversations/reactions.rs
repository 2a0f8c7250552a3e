//! What was thought of a message: made anew from all reactions to it by whoever adds one, or learns what became of ours.

use super::row::{MessageRecord, RowRecord};
use crate::{
    Result,
    db::{Conn, Tx, dialect},
    ingest::Target,
    sql,
};
use domain::{
    content::{Content, Extras, Reaction},
    inbox::{Event, MessageView, Row},
    message::{Direction, Kind, Status},
    time::Millis,
};
use uuid::Uuid;

const REACTIONS: &str = "SELECT r.direction, r.author, r.emoji, r.at, m.status, m.error_text, m.author_id
    FROM reactions r LEFT JOIN messages m ON m.id = r.message_id
    WHERE r.workspace_id = $1 AND r.number_id = $2 AND r.target_wamid = $3 ORDER BY r.at, r.id";
const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";
const TELL: &str = "UPDATE messages SET extras = $3 WHERE workspace_id = $1 AND id = $2";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// A reaction as it came or was sent; of ours with the message that carries it.
#[derive(sqlx::FromRow)]
struct Record {
    direction: String,
    author: String,
    emoji: Option<String>,
    at: Millis,
    status: Option<String>,
    error_text: Option<String>,
    author_id: Option<Uuid>,
}

/// What counts of all reactions to the message `wamid`: the newest of each side, and what did not arrive since. And when a
/// customer reacted last, or took a reaction back.
pub(crate) async fn of(
    conn: Conn<'_>,
    workspace: Uuid,
    number: Uuid,
    wamid: &str,
) -> Result<(Vec<Reaction>, Option<Millis>)> {
    let records: Vec<Record> = sql!(all Record, conn, REACTIONS, workspace, number, wamid)?;
    let theirs = records.iter().filter(|record| record.direction == Direction::In.as_str());
    let heard = theirs.map(|record| record.at).max();
    Ok((fold(records), heard))
}

fn fold(records: Vec<Record>) -> Vec<Reaction> {
    // What customers see, and what was tried after it and did not arrive.
    let (mut shown, mut tried) = (Vec::<Reaction>::new(), Vec::<Reaction>::new());
    for Record { direction, author: who, emoji, at, status, error_text, author_id } in records {
        let direction = Direction::parse(&direction);
        let other = |known: &Reaction| (known.direction, &known.who) != (direction, &who);
        tried.retain(other);
        let status = status.as_deref().map(Status::parse);
        let (by, waits) = (author_id.map(Into::into), status.is_some_and(Status::is_pending));
        let reaction = |emoji: String, failed| Reaction { direction, who: who.clone(), emoji, at, by, waits, failed };
        match status {
            Some(Status::Failed | Status::Dead | Status::Cancelled) => {
                let why = error_text.unwrap_or_else(|| "WhatsApp gave no reason.".to_owned());
                match emoji {
                    Some(emoji) => tried.push(reaction(emoji, Some(format!("It did not arrive. {why}")))),
                    None => {
                        if let Some(known) = shown.iter_mut().find(|known| !other(known)) {
                            known.failed = Some(format!("It could not be taken back. {why}"));
                        }
                    }
                }
            }
            _ => {
                // Of the same side a later one takes the place of the earlier.
                shown.retain(other);
                let unsure = error_text.filter(|_| status == Some(Status::Unconfirmed));
                shown.extend(emoji.map(|emoji| reaction(emoji, unsure)));
            }
        }
    }
    shown.append(&mut tried);
    shown
}

/// Writes what became of ours at the messages that they are about; returns what everybody is to be told.
pub(crate) async fn told<'a>(
    tx: &mut Tx,
    workspace: Uuid,
    ours: impl Iterator<Item = &'a MessageRecord>,
) -> Result<Vec<Event>> {
    let mut about: Vec<Uuid> = ours
        .filter_map(|ours| match Content::parse(Kind::Reaction, ours.payload.as_deref()) {
            Content::Reacts(reacts) => Some(reacts.message.0),
            _ => None,
        })
        .collect();
    about.sort_unstable();
    about.dedup();
    let mut events = Vec::with_capacity(about.len());
    for message in about {
        events.extend(refresh(tx, workspace, message).await?);
    }
    Ok(events)
}

/// The same for one message; `None` when nothing is new.
pub(crate) async fn refresh(tx: &mut Tx, workspace: Uuid, message: Uuid) -> Result<Option<Event>> {
    if let Tx::Postgres(tx) = tx {
        dialect::postgres::lock_message(tx, workspace, message).await?;
    }
    let found: Option<Target> = sql!(opt Target, tx.conn(), MESSAGE, workspace, message)?;
    let Some(Target { message: mut record, number_id, wamid: Some(wamid), .. }) = found else { return Ok(None) };
    let before = Extras::parse(record.extras.as_deref());
    let (reactions, _) = of(tx.conn(), workspace, number_id, &wamid).await?;
    if reactions == before.reactions {
        return Ok(None);
    }
    record.extras = Extras { reactions, ..before }.stored();
    sql!(exec tx.conn(), TELL, workspace, message, record.extras.as_deref())?;
    let row: RowRecord = sql!(one RowRecord, tx.conn(), ROW, workspace, record.conversation_id)?;
    Ok(Some(Event::MessageChanged { row: Row::from(row), message: MessageView::from(record) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(at: Millis, emoji: &str, status: &str) -> Record {
        let error_text = matches!(status, "failed" | "unconfirmed").then(|| "No.".to_owned());
        let emoji = Some(emoji.to_owned()).filter(|emoji| !emoji.is_empty());
        let (direction, author, author_id) = ("out".to_owned(), String::new(), Some(Uuid::nil()));
        Record { direction, author, emoji, at, status: Some(status.to_owned()), error_text, author_id }
    }

    fn theirs(at: Millis, emoji: &str) -> Record {
        Record { direction: "in".to_owned(), status: None, author_id: None, ..ours(at, emoji, "sent") }
    }

    fn words(records: Vec<Record>) -> Vec<String> {
        let word = |one: Reaction| {
            let side = if one.direction == Direction::In { "in" } else { "out" };
            let waits = if one.waits { " waits" } else { "" };
            format!("{side} {}{waits}{}", one.emoji, one.failed.map(|why| format!(" ({why})")).unwrap_or_default())
        };
        fold(records).into_iter().map(word).collect()
    }

    #[test]
    fn what_did_not_arrive_leaves_what_customers_see() {
        assert_eq!(words(vec![theirs(1, "🙏"), ours(2, "👍", "queued")]), ["in 🙏", "out 👍 waits"]);
        assert_eq!(words(vec![ours(1, "👍", "sent"), theirs(2, "🙏"), ours(3, "😂", "accepted")]), ["in 🙏", "out 😂"]);
        assert_eq!(
            words(vec![ours(1, "👍", "sent"), ours(2, "😂", "failed")]),
            ["out 👍", "out 😂 (It did not arrive. No.)"]
        );
        assert_eq!(words(vec![ours(1, "👍", "failed"), ours(2, "😂", "failed")]), ["out 😂 (It did not arrive. No.)"]);
        assert_eq!(words(vec![ours(1, "👍", "failed"), ours(2, "😂", "sent")]), ["out 😂"]);
        assert_eq!(words(vec![ours(1, "👍", "sent"), ours(2, "", "sent")]), Vec::<String>::new());
        assert_eq!(
            words(vec![ours(1, "👍", "sent"), ours(2, "", "failed")]),
            ["out 👍 (It could not be taken back. No.)"]
        );
        assert_eq!(words(vec![ours(1, "👍", "unconfirmed")]), ["out 👍 (No.)"]);
    }
}

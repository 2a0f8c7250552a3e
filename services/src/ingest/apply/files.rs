//! Files of the history: Meta tells a thread first, with placeholders, and hands over the files of the last days afterwards.

use super::Step;
use crate::{
    Result,
    clock::new_id,
    conversations::{
        PREVIEW_LIMIT,
        row::{MessageRecord, RowRecord},
    },
    db::{Tx, dialect},
    media::{self, Wanted},
    sql,
};
use domain::{
    content::{Content, Extras, MediaBrief},
    id::MediaId,
    inbox::{Event, MessageView, Row},
    meta::webhook::{File, PLACEHOLDER, file},
    text::preview,
};
use uuid::Uuid;

const WAITS: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3
    AND origin = 'history' AND kind = 'unsupported' AND body = $4";
const CAME: &str = "SELECT raw FROM platform_events WHERE workspace_id = $1 AND delivery_key = $2";
const FILL: &str = "UPDATE messages SET kind = $3, body = $4, payload = $5, extras = $6, raw = $7
    WHERE workspace_id = $1 AND id = $2";
const PREVIEW: &str = "UPDATE conversations SET preview_kind = $4, preview_text = $5
    WHERE workspace_id = $1 AND id = $2 AND preview_message_id = $3";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// Under what a file is kept until its message is there.
pub(super) fn key(number: Uuid, wamid: &str) -> String {
    format!("history/{number}/{wamid}")
}

/// Files that came before these messages, by number and wamid.
pub(super) async fn catch_up(step: &mut Step<'_>, placeholders: &[(Uuid, &str)]) -> Result<()> {
    for (number, wamid) in placeholders {
        let raw = sql!(scalar_opt String, step.tx.conn(), CAME, step.workspace, key(*number, wamid))?;
        if let Some(raw) = raw {
            fill(step, *number, &raw).await?;
        }
    }
    Ok(())
}

/// Puts a file where its placeholder stands, if that is there.
pub(super) async fn fill(step: &mut Step<'_>, number: Uuid, raw: &str) -> Result<()> {
    let Some(File { wamid, kind, text, content, media: Some(meta) }) = file(raw) else { return Ok(()) };
    let Content::Media(mut named) = content else { return Ok(()) };
    let ws = step.workspace;
    let found: Option<MessageRecord> = sql!(opt MessageRecord, step.tx.conn(), WAITS, ws, number, &wamid, PLACEHOLDER)?;
    let Some(found) = found else { return Ok(()) };
    if let Tx::Postgres(tx) = &mut *step.tx {
        dialect::postgres::lock_conversation(tx, ws, found.conversation_id).await?;
        dialect::postgres::lock_message(tx, ws, found.id).await?;
    }
    let mut message: MessageRecord = sql!(one MessageRecord, step.tx.conn(), WAITS, ws, number, &wamid, PLACEHOLDER)?;
    let id = MediaId(new_id());
    named.media = Some(id);
    let mut extras = Extras::parse(message.extras.as_deref());
    extras.media = Some(MediaBrief::wanted(id, meta.mime.clone()));
    let content = Content::Media(named.clone());
    let line = preview(&content.preview(kind, &text), PREVIEW_LIMIT);
    (message.kind, message.body) = (kind.as_str().to_owned(), text);
    (message.payload, message.extras) = (content.stored(), extras.stored());
    let (body, payload, extras) = (message.body.as_str(), message.payload.as_deref(), message.extras.as_deref());
    sql!(exec step.tx.conn(), FILL, ws, message.id, kind.as_str(), body, payload, extras, raw)?;
    let wanted = Wanted { id, number, message: message.id, meta: &meta, name: named.name.as_deref() };
    media::want(step.tx.conn(), ws, &[wanted], step.now).await?;
    sql!(exec step.tx.conn(), PREVIEW, ws, message.conversation_id, message.id, kind.as_str(), &line)?;
    let row: RowRecord = sql!(one RowRecord, step.tx.conn(), ROW, ws, message.conversation_id)?;
    step.events.push(Event::MessageChanged { row: Row::from(row), message: MessageView::from(message) });
    Ok(())
}

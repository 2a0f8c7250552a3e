use super::change::Desk;
use crate::{
    Result,
    conversations::{Line, row::RowRecord},
    sql,
};
use domain::{
    conversation::State,
    inbox::{Event, Place, Row},
};
use uuid::Uuid;

const ROWS: &str =
    "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_message_at, id";

/// Tells every screen that shows the contact how it stands now; the threads of its open conversations say it with the line.
pub(super) async fn rows(desk: &mut Desk<'_>, contact: Uuid, line: Option<Line>) -> Result<()> {
    let rows: Vec<RowRecord> = sql!(all RowRecord, desk.tx.conn(), ROWS, desk.workspace.0, contact)?;
    for row in rows.into_iter().map(Row::from) {
        let lines = match line {
            Some(line) if row.state != State::Closed => {
                vec![line.write(desk.tx.conn(), desk.workspace.0, row.id.0).await?]
            }
            _ => Vec::new(),
        };
        desk.events.push(Event::Conversation { was: Place::of(&row), row, lines });
    }
    Ok(())
}

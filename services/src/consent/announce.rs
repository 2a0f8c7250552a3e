use super::change::Desk;
use crate::{Result, conversations::row::RowRecord, sql};
use domain::inbox::{Event, Place, Row};
use uuid::Uuid;

const ROWS: &str =
    "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_message_at, id";

/// Tells every screen that shows the contact how it stands now.
pub(super) async fn rows(desk: &mut Desk<'_>, contact: Uuid) -> Result<()> {
    let rows: Vec<RowRecord> = sql!(all RowRecord, desk.tx.conn(), ROWS, desk.workspace.0, contact)?;
    let told = rows.into_iter().map(Row::from).map(|row| Event::Conversation { was: Place::of(&row), row });
    desk.events.extend(told);
    Ok(())
}

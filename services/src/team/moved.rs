use crate::{Result, conversations::row::RowRecord, db::Conn, sql};
use domain::{
    id::MemberId,
    inbox::{Event, Place, Row},
};
use uuid::Uuid;

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// What screens are told about an open conversation that has just been taken from `was`.
pub(super) async fn event(conn: Conn<'_>, workspace: Uuid, id: Uuid, was: Option<MemberId>) -> Result<Event> {
    let row: RowRecord = sql!(one RowRecord, conn, ROW, workspace, id)?;
    let row = Row::from(row);
    let was = Place { assignee: was, ..Place::of(&row) };
    Ok(Event::Conversation { row, was })
}

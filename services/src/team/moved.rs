use crate::{
    Result,
    conversations::{Line, row::RowRecord},
    db::Conn,
    sql,
};
use domain::{
    id::MemberId,
    inbox::{Event, Place, Row},
};
use uuid::Uuid;

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// What screens are told about an open conversation that has just been taken from `was`; its thread says so with the line.
pub(super) async fn event(
    mut conn: Conn<'_>,
    workspace: Uuid,
    id: Uuid,
    was: Option<MemberId>,
    line: Line,
) -> Result<Event> {
    let row: RowRecord = sql!(one RowRecord, conn.again(), ROW, workspace, id)?;
    let row = Row::from(row);
    let was = Place { assignee: was, ..Place::of(&row) };
    let lines = vec![line.write(conn, workspace, id).await?];
    Ok(Event::Conversation { row, was, lines })
}

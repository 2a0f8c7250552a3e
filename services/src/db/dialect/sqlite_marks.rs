//! SQLite's side of what was done to messages that came later, and of what they answer.

use crate::ingest::Quoted;
use serde_json::Value;
use sqlx::{SqliteConnection, query_as};
use std::collections::HashSet;
use uuid::Uuid;

const MARKED: &str = "SELECT number_id, target_wamid FROM reactions WHERE workspace_id = $1
        AND number_id IN (SELECT unhex(value) FROM json_each($2)) AND target_wamid IN (SELECT value FROM json_each($3))
    UNION SELECT number_id, target_wamid FROM message_edits WHERE workspace_id = $1
        AND number_id IN (SELECT unhex(value) FROM json_each($2)) AND target_wamid IN (SELECT value FROM json_each($3))
    UNION SELECT number_id, wamid FROM messages WHERE workspace_id = $1 AND wamid IS NOT NULL AND quoted_wamid IS NOT NULL
        AND number_id IN (SELECT unhex(value) FROM json_each($2)) AND quoted_wamid IN (SELECT value FROM json_each($3))";
const QUOTED: &str = "SELECT number_id, wamid, id, direction, kind, body, payload FROM messages WHERE workspace_id = $1
    AND number_id IN (SELECT unhex(value) FROM json_each($2)) AND wamid IN (SELECT value FROM json_each($3))";

/// Which of these (number, wamid) something was done to, and answers to them that came before; maybe more.
pub async fn marked(
    c: &mut SqliteConnection,
    workspace: Uuid,
    messages: &[(Uuid, &str)],
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let (numbers, wamids) = lists(messages);
    query_as(MARKED).bind(workspace).bind(numbers).bind(wamids).fetch_all(c).await
}

/// Messages with these (number, wamid), maybe more.
pub async fn quoted(c: &mut SqliteConnection, workspace: Uuid, messages: &[(Uuid, &str)]) -> sqlx::Result<Vec<Quoted>> {
    let (numbers, wamids) = lists(messages);
    query_as(QUOTED).bind(workspace).bind(numbers).bind(wamids).fetch_all(c).await
}

/// As `json_each` reads them.
fn lists(messages: &[(Uuid, &str)]) -> (String, String) {
    let numbers: HashSet<Uuid> = messages.iter().map(|(number, _)| *number).collect();
    let numbers = Value::from_iter(numbers.iter().map(|number| number.simple().to_string())).to_string();
    let wamids = Value::from_iter(messages.iter().map(|(_, wamid)| *wamid)).to_string();
    (numbers, wamids)
}

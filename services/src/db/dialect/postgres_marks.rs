//! PostgreSQL's side of what was done to messages that came later, and of what they answer.

use crate::ingest::Quoted;
use sqlx::{PgConnection, query_as};
use uuid::Uuid;

const MARKED: &str = "SELECT number_id, target_wamid FROM reactions
        WHERE workspace_id = $1 AND number_id = ANY($2) AND target_wamid = ANY($3)
    UNION SELECT number_id, target_wamid FROM message_edits
        WHERE workspace_id = $1 AND number_id = ANY($2) AND target_wamid = ANY($3)
    UNION SELECT number_id, wamid FROM messages WHERE workspace_id = $1 AND wamid IS NOT NULL AND quoted_wamid IS NOT NULL
        AND number_id = ANY($2) AND quoted_wamid = ANY($3)";
const QUOTED: &str = "SELECT number_id, wamid, id, direction, kind, body, payload FROM messages
    WHERE workspace_id = $1 AND number_id = ANY($2) AND wamid = ANY($3)";

/// Which of these (number, wamid) something was done to, and answers to them that came before; maybe more.
pub async fn marked(
    c: &mut PgConnection,
    workspace: Uuid,
    messages: &[(Uuid, &str)],
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let (numbers, wamids) = lists(messages);
    query_as(MARKED).bind(workspace).bind(numbers).bind(wamids).fetch_all(c).await
}

/// Messages with these (number, wamid), maybe more.
pub async fn quoted(c: &mut PgConnection, workspace: Uuid, messages: &[(Uuid, &str)]) -> sqlx::Result<Vec<Quoted>> {
    let (numbers, wamids) = lists(messages);
    query_as(QUOTED).bind(workspace).bind(numbers).bind(wamids).fetch_all(c).await
}

fn lists<'a>(messages: &[(Uuid, &'a str)]) -> (Vec<Uuid>, Vec<&'a str>) {
    let (mut numbers, wamids): (Vec<Uuid>, Vec<&str>) = messages.iter().copied().unzip();
    numbers.sort_unstable();
    numbers.dedup();
    (numbers, wamids)
}

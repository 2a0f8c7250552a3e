//! When a list has to be fetched anew, told in the transaction that finds it out.

use crate::{Result, db::Conn, sql};
use domain::{template::Status, time::Millis};
use serde_json::Value;
use uuid::Uuid;

const WANT: &str = "INSERT INTO template_syncs (workspace_id, waba_id, due_at) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id, waba_id) DO UPDATE SET due_at = excluded.due_at
    WHERE template_syncs.due_at > excluded.due_at";
const WANT_ALL: &str = "UPDATE template_syncs SET due_at = $2 WHERE workspace_id = $1 AND due_at > $2";
const WANT_OF_NUMBER: &str = "UPDATE template_syncs SET due_at = $3 WHERE workspace_id = $1 AND due_at > $3
    AND waba_id = (SELECT waba_id FROM numbers WHERE workspace_id = $1 AND id = $2)";
const MARK: &str = "UPDATE templates SET status = $3, synced_at = $4 WHERE workspace_id = $1 AND meta_id = $2";
const CATEGORY: &str = "UPDATE templates SET category = $3, synced_at = $4 WHERE workspace_id = $1 AND meta_id = $2";

/// An account's list is wanted: it was connected, or somebody asks.
pub(crate) async fn want(conn: Conn<'_>, workspace: Uuid, waba: &str, now: Millis) -> Result<()> {
    sql!(exec conn, WANT, workspace, waba, now)?;
    Ok(())
}

/// A send was refused, or a status failed, with this code. Where it speaks of a template, the number's list is wanted: not
/// there or not approved, paused, disabled.
pub(crate) async fn refused(conn: Conn<'_>, workspace: Uuid, number: Uuid, code: i64, now: Millis) -> Result<()> {
    if matches!(code, 132_001 | 132_015 | 132_016) {
        sql!(exec conn, WANT_OF_NUMBER, workspace, number, now)?;
    }
    Ok(())
}

/// A webhook that speaks of a template: what stops it holds at once, and the workspace's lists are wanted, which tell what may
/// be sent again. Anything else changes nothing.
pub(crate) async fn noticed(mut conn: Conn<'_>, workspace: Uuid, what: &str, raw: &str, now: Millis) -> Result<()> {
    let speaks = what.starts_with("message_template_") || what.starts_with("template_");
    if !speaks {
        return Ok(());
    }
    let value: Value = serde_json::from_str(raw).unwrap_or_default();
    let id = value.get("message_template_id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let word = |key: &str| value.get(key).and_then(Value::as_str);
    if let Some(id) = id {
        if what == "message_template_status_update"
            && let Some(event) = word("event")
            && !matches!(Status::parse(event), Status::Other | Status::Approved)
        {
            sql!(exec conn.again(), MARK, workspace, &id, Status::parse(event).as_str(), now)?;
        }
        // With `correct_category` it is a notice of what comes tomorrow.
        if what == "template_category_update"
            && word("correct_category").is_none()
            && let Some(category) = word("new_category")
        {
            let category = domain::template::Category::parse(category).as_str();
            sql!(exec conn.again(), CATEGORY, workspace, &id, category, now)?;
        }
    }
    sql!(exec conn, WANT_ALL, workspace, now)?;
    Ok(())
}

use super::{Item, Step};
use crate::{
    Result,
    conversations::row::{MessageRecord, RowRecord},
    db::{Tx, dialect},
    sql,
};
use domain::{
    inbox::{Event, Row},
    message::Status,
    meta::webhook::StatusUpdate,
    time::DAY,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// An outbound message that a status speaks of.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Target {
    #[sqlx(flatten)]
    pub message: MessageRecord,
    pub number_id: Uuid,
    pub wamid: Option<String>,
    pub error_code: Option<i64>,
    #[sqlx(skip)]
    pub touched: bool,
}

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const PREVIEW: &str = "UPDATE conversations SET preview_status = $3
    WHERE workspace_id = $1 AND id = $2 AND preview_message_id = $4";
const UPDATE: &str = "UPDATE messages SET status = $3, status_rank = $4, wamid = $5, error_code = $6, error_text = $7,
    accepted_at = $8, sent_at = $9, delivered_at = $10, read_at = $11, failed_at = $12
    WHERE workspace_id = $1 AND id = $2";
const SETTLED: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND message_id = $2";
const PARK: &str = "INSERT INTO parked_statuses
    (workspace_id, number_id, wamid, status, at, error_code, error_text, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number_id, wamid, status) DO NOTHING";
const UNPARK: &str = "DELETE FROM parked_statuses WHERE workspace_id = $1 AND number_id = $2 AND wamid = $3
    RETURNING status, at, error_code, error_text";

/// Applies the statuses of the batch. They never go backwards; one that comes before its message waits a day for it.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>]) -> Result<()> {
    let updates: Vec<(Uuid, &StatusUpdate)> = items
        .iter()
        .filter_map(|item| item.number.as_ref().map(|number| (number.brief.id.0, item.statuses)))
        .flat_map(|(number, statuses)| statuses.iter().map(move |status| (number, status)))
        .collect();
    if updates.is_empty() {
        return Ok(());
    }
    let wamids: Vec<(Uuid, &str)> = updates.iter().map(|(number, update)| (*number, update.wamid.as_str())).collect();
    let ids: Vec<Uuid> = updates.iter().filter_map(|(_, update)| callback(update)).collect();
    let found = match &mut *step.tx {
        Tx::Sqlite(tx) => dialect::sqlite::status_targets(tx, step.workspace, &wamids, &ids).await?,
        Tx::Postgres(tx) => dialect::postgres::status_targets(tx, step.workspace, &wamids, &ids).await?,
    };
    let mut targets: BTreeMap<Uuid, Target> = found.into_iter().map(|target| (target.message.id, target)).collect();
    let mut by_wamid: HashMap<(Uuid, String), Uuid> =
        targets.values().filter_map(|t| t.wamid.clone().map(|wamid| ((t.number_id, wamid), t.message.id))).collect();
    for (number, update) in updates {
        let id = by_wamid.get(&(number, update.wamid.clone())).copied().or_else(|| {
            // Meta echoes our id: it settles a message whose answer was lost, or overtook its own answer.
            let target = targets.get(&callback(update)?)?;
            (target.number_id == number && target.wamid.is_none()).then_some(target.message.id)
        });
        match id.and_then(|id| targets.get_mut(&id)) {
            Some(target) => {
                by_wamid.insert((number, update.wamid.clone()), target.message.id);
                advance(target, update);
            }
            None => park(step, number, update).await?,
        }
    }
    let touched: Vec<Target> = targets.into_values().filter(|target| target.touched).collect();
    save(step, touched).await
}

fn callback(update: &StatusUpdate) -> Option<Uuid> {
    update.callback.as_deref().and_then(|text| Uuid::parse_str(text).ok())
}

/// Takes over what one report says, if it says anything new.
pub fn advance(target: &mut Target, update: &StatusUpdate) {
    if target.wamid.is_none() {
        target.wamid = Some(update.wamid.clone());
        target.message.accepted_at.get_or_insert(update.at);
        target.touched = true;
    }
    let before = Status::parse(&target.message.status);
    let advances = before.advances_to(update.status);
    if advances {
        target.message.status = update.status.as_str().to_owned();
        (target.error_code, target.message.error_text) = match &update.error {
            Some((code, text)) => (Some(*code), Some(text.clone())),
            None => (None, None),
        };
        target.touched = true;
    }
    let slot = match update.status {
        Status::Sent => &mut target.message.sent_at,
        Status::Delivered => &mut target.message.delivered_at,
        Status::Read => &mut target.message.read_at,
        Status::Failed if advances => &mut target.message.failed_at,
        _ => return,
    };
    if slot.is_none() {
        *slot = Some(update.at);
        target.touched = true;
    }
}

async fn park(step: &mut Step<'_>, number: Uuid, update: &StatusUpdate) -> Result<()> {
    let (code, text) = update.error.clone().unzip();
    let (status, expires) = (update.status.as_str(), step.now + DAY);
    let (wamid, at) = (&update.wamid, update.at);
    sql!(exec step.tx.conn(), PARK, step.workspace, number, wamid, status, at, code, text.as_deref(), expires)?;
    Ok(())
}

/// Reports that came before their message, now that its wamid is known.
pub async fn unpark(tx: &mut Tx, workspace: Uuid, number: Uuid, wamid: &str) -> Result<Vec<StatusUpdate>> {
    type Parked = (String, i64, Option<i64>, Option<String>);
    let rows: Vec<Parked> = sql!(all Parked, tx.conn(), UNPARK, workspace, number, wamid)?;
    Ok(rows
        .into_iter()
        .map(|(status, at, code, text)| StatusUpdate {
            wamid: wamid.to_owned(),
            status: Status::parse(&status),
            at,
            callback: None,
            error: code.zip(text),
        })
        .collect())
}

async fn save(step: &mut Step<'_>, touched: Vec<Target>) -> Result<()> {
    for target in &touched {
        write(step.tx, step.workspace, target).await?;
    }
    for target in touched {
        let row: RowRecord = sql!(one RowRecord, step.tx.conn(), ROW, step.workspace, target.message.conversation_id)?;
        step.events.push(Event::MessageChanged { row: Row::from(row), message: target.message.into() });
    }
    Ok(())
}

/// Writes a message's new state, its conversation's preview, and takes it out of the outbox once Meta has it.
pub async fn write(tx: &mut Tx, workspace: Uuid, target: &Target) -> Result<()> {
    let m = &target.message;
    let status = Status::parse(&m.status);
    sql!(exec tx.conn(), UPDATE, workspace, m.id, &m.status, status.rank(), target.wamid.as_deref(), target.error_code,
        m.error_text.as_deref(), m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at)?;
    sql!(exec tx.conn(), PREVIEW, workspace, m.conversation_id, &m.status, m.id)?;
    if !status.is_pending() {
        sql!(exec tx.conn(), SETTLED, workspace, m.id)?;
    }
    Ok(())
}

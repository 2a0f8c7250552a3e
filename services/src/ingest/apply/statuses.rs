use super::{Item, Step};
use crate::{
    Result,
    conversations::row::MessageRecord,
    db::{Tx, dialect},
    send::{self, NewPark},
    sql, templates,
};
use domain::{
    message::Status,
    meta::{
        codes::{self, Class},
        webhook::StatusUpdate,
    },
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

const ADDRESS: &str = "SELECT wa_id FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const PARK: &str = "INSERT INTO parked_statuses
    (workspace_id, number_id, wamid, status, at, error_code, error_text, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number_id, wamid, status) DO NOTHING";

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
    let mut failed = Vec::new();
    for (number, update) in updates {
        let id = by_wamid.get(&(number, update.wamid.clone())).copied().or_else(|| {
            // Meta echoes our id: it settles a message whose answer was lost, or overtook its own answer.
            let target = targets.get(&callback(update)?)?;
            (target.number_id == number && target.wamid.is_none()).then_some(target.message.id)
        });
        match id.and_then(|id| targets.get_mut(&id)) {
            // The answer is on its way and brings the wamid; then it is tried again.
            Some(target) if send::passes(update) && target.message.status == Status::Sending.as_str() => {
                park(step, number, update).await?;
            }
            Some(target) if send::is_over(step.tx, step.workspace, target, update).await? => {}
            Some(target) => {
                by_wamid.insert((number, update.wamid.clone()), target.message.id);
                let before = target.error_code;
                advance(target, update);
                if before != target.error_code {
                    failed.push(target.message.id);
                }
            }
            None => park(step, number, update).await?,
        }
    }
    for id in failed {
        if let Some(target) = targets.get(&id)
            && let Some(new) = blocks(step, target).await?
        {
            send::park(step.services, step.tx, step.workspace, new, step.now).await?;
        }
    }
    let touched = targets.into_values().filter(|target| target.touched);
    let (again, touched) = touched.partition(send::comes_back);
    save(step, touched).await?;
    try_again(step, again).await
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
        target.message.next_try_at = None;
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

async fn save(step: &mut Step<'_>, touched: Vec<Target>) -> Result<()> {
    for target in &touched {
        if let Some(code) = target.error_code {
            templates::refused(step.tx.conn(), step.workspace, target.number_id, code, step.now).await?;
        }
    }
    let events = send::reported(step.tx, step.workspace, touched).await?;
    step.events.extend(events);
    Ok(())
}

async fn try_again(step: &mut Step<'_>, failed: Vec<Target>) -> Result<()> {
    step.queued |= !failed.is_empty();
    let events = send::try_again(step.services, step.tx, step.workspace, failed, step.now).await?;
    step.events.extend(events);
    Ok(())
}

/// A failure that speaks of more than its message: what else goes that way waits.
async fn blocks(step: &mut Step<'_>, target: &Target) -> Result<Option<NewPark>> {
    let Some(code) = target.error_code else { return Ok(None) };
    let Class::Blocked(scope) = codes::classify(code, 0, false) else { return Ok(None) };
    let wa_id = match scope {
        codes::Scope::Country => {
            let of = target.message.conversation_id;
            sql!(scalar_opt Option<String>, step.tx.conn(), ADDRESS, step.workspace, of)?.flatten()
        }
        _ => None,
    };
    Ok(send::blocked_by(target, wa_id.as_deref(), scope, code, target.message.error_text.as_deref()))
}

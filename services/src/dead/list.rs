use super::{KEPT, delivery};
use crate::{Ctx, Result, sql};
use domain::{
    dead::{Counts, Filter, Kind, Letter, Place, Reason},
    inbox::Page,
    permission::Permission,
    text::storable,
    time::Millis,
};
use uuid::Uuid;

const SENDS: &str = "SELECT m.id, m.failed_at AS died_at, m.at AS since, COALESCE(m.error_text, '') AS words,
    m.error_code AS code, m.kind, m.conversation_id, m.number_id, n.name AS number_name,
    c.profile_name, c.wa_id,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id) AS tries,
    EXISTS (SELECT 1 FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost') AS lost
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    JOIN numbers n ON n.id = m.number_id
    WHERE m.workspace_id = $1 AND m.status = 'dead' AND m.failed_at >= $2 AND (m.failed_at, m.id) < ($3, $4)
    AND ($5 = '' OR lower(COALESCE(m.error_text, '') || ' ' || COALESCE(c.profile_name, '') || ' '
        || COALESCE(c.wa_id, '')) LIKE lower($5) ESCAPE '!')
    AND ($6 = '' OR ($6 = 'unconfirmed')
        = EXISTS (SELECT 1 FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost'))
    ORDER BY m.failed_at DESC, m.id DESC LIMIT $7";
const SEND: &str = "SELECT m.id, m.failed_at AS died_at, m.at AS since, COALESCE(m.error_text, '') AS words,
    m.error_code AS code, m.kind, m.conversation_id, m.number_id, n.name AS number_name,
    c.profile_name, c.wa_id,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id) AS tries,
    EXISTS (SELECT 1 FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost') AS lost
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    JOIN numbers n ON n.id = m.number_id
    WHERE m.workspace_id = $1 AND m.status = 'dead' AND m.failed_at >= $2 AND m.id = $3";
const LETTERS: &str = "SELECT d.id, d.delivery_id, d.died_at, d.received_at, d.reason, d.unreadable, d.number_id,
    n.name AS number_name, (SELECT COUNT(*) FROM delivery_tries t
        WHERE t.workspace_id = d.workspace_id AND t.delivery_id = d.delivery_id) AS tries
    FROM dead_letters d LEFT JOIN numbers n ON n.id = d.number_id
    WHERE d.workspace_id = $1 AND d.died_at >= $2 AND (d.died_at, d.id) < ($3, $4)
    AND ($5 = '' OR lower(d.reason || ' ' || COALESCE(n.name, '')) LIKE lower($5) ESCAPE '!')
    AND ($6 = '' OR d.unreadable = ($6 = 'unreadable'))
    ORDER BY d.died_at DESC, d.id DESC LIMIT $7";
const LETTER: &str = "SELECT d.id, d.delivery_id, d.died_at, d.received_at, d.reason, d.unreadable, d.number_id,
    n.name AS number_name, (SELECT COUNT(*) FROM delivery_tries t
        WHERE t.workspace_id = d.workspace_id AND t.delivery_id = d.delivery_id) AS tries
    FROM dead_letters d LEFT JOIN numbers n ON n.id = d.number_id
    WHERE d.workspace_id = $1 AND d.died_at >= $2 AND d.id = $3";
const COUNT_SENDS: &str =
    "SELECT COUNT(*) FROM messages WHERE workspace_id = $1 AND status = 'dead' AND failed_at >= $2";
const COUNT_LETTERS: &str = "SELECT COUNT(*) FROM dead_letters WHERE workspace_id = $1 AND died_at >= $2";

#[derive(sqlx::FromRow)]
struct SendRecord {
    id: Uuid,
    died_at: Millis,
    since: Millis,
    words: String,
    code: Option<i64>,
    kind: String,
    conversation_id: Uuid,
    number_id: Uuid,
    number_name: String,
    profile_name: Option<String>,
    wa_id: Option<String>,
    tries: i64,
    lost: bool,
}

#[derive(sqlx::FromRow)]
struct DeliveryRecord {
    id: Uuid,
    delivery_id: i64,
    died_at: Millis,
    received_at: Millis,
    reason: String,
    unreadable: bool,
    number_id: Option<Uuid>,
    number_name: Option<String>,
    tries: i64,
}

/// Dead letters of the workspace, the latest first, at most `limit`, behind the one given.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<Place>, limit: usize) -> Result<Page<Letter>> {
    ctx.demand(Permission::OperationsView)?;
    let before = before.unwrap_or(Place { at: Millis::MAX, id: Uuid::max() });
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let text = filter.text.as_deref().map(pattern).unwrap_or_default();
    let (since, reason) = (ctx.now() - KEPT, filter.reason.map_or("", Reason::as_str));
    let wants = |kind: Kind, not: Reason| filter.kind.is_none_or(|one| one == kind) && filter.reason != Some(not);
    let mut all: Vec<(Option<i64>, Letter)> = Vec::new();
    let mut read = ctx.read().await?;
    if wants(Kind::Send, Reason::Unreadable) {
        let found =
            sql!(all SendRecord, read.conn(), SENDS, ctx.ws(), since, before.at, before.id, &text, reason, ask)?;
        all.extend(found.into_iter().map(|record| (None, record.into())));
    }
    if wants(Kind::Delivery, Reason::Unconfirmed) {
        let found =
            sql!(all DeliveryRecord, read.conn(), LETTERS, ctx.ws(), since, before.at, before.id, &text, reason, ask)?;
        all.extend(found.into_iter().map(|record| (Some(record.delivery_id), record.into())));
    }
    drop(read);
    all.sort_by_key(|(_, letter)| std::cmp::Reverse(letter.place()));
    let more = all.len() > limit;
    all.truncate(limit);
    let mut items = Vec::with_capacity(all.len());
    let mut journal = ctx.services().db().read_journal().await?;
    for (behind, letter) in all {
        let dead = match behind {
            Some(delivery) => delivery::is_dead(journal.conn(), delivery).await?,
            None => true,
        };
        if dead {
            items.push(letter);
        }
    }
    Ok(Page { items, more })
}

/// How many dead letters there are.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn counts(ctx: &Ctx) -> Result<Counts> {
    ctx.demand(Permission::OperationsView)?;
    let since = ctx.now() - KEPT;
    let mut read = ctx.read().await?;
    let sends = sql!(scalar i64, read.conn(), COUNT_SENDS, ctx.ws(), since)?;
    Ok(Counts { sends, deliveries: sql!(scalar i64, read.conn(), COUNT_LETTERS, ctx.ws(), since)? })
}

/// One of them, and the delivery behind it where it is one.
pub(super) async fn find(ctx: &Ctx, id: Uuid) -> Result<(Letter, Option<i64>)> {
    let since = ctx.now() - KEPT;
    let mut read = ctx.read().await?;
    if let Some(record) = sql!(opt SendRecord, read.conn(), SEND, ctx.ws(), since, id)? {
        return Ok((record.into(), None));
    }
    let record = sql!(opt DeliveryRecord, read.conn(), LETTER, ctx.ws(), since, id)?;
    let record = record.ok_or(domain::Error::NotFound)?;
    drop(read);
    let mut journal = ctx.services().db().read_journal().await?;
    if !delivery::is_dead(journal.conn(), record.delivery_id).await? {
        return Err(domain::Error::NotFound.into());
    }
    let behind = record.delivery_id;
    Ok((record.into(), Some(behind)))
}

/// For LIKE, with `!` before what would be a wildcard.
fn pattern(text: &str) -> String {
    let text = storable(text.trim());
    if text.is_empty() {
        return text;
    }
    let escaped: String = text.chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

impl From<SendRecord> for Letter {
    fn from(record: SendRecord) -> Self {
        Self {
            id: record.id,
            kind: Kind::Send,
            reason: if record.lost { Reason::Unconfirmed } else { Reason::TriesUsedUp },
            words: record.words,
            code: record.code,
            tries: record.tries,
            since: record.since,
            died_at: record.died_at,
            number: Some(record.number_id.into()),
            number_name: Some(record.number_name),
            contact: record
                .profile_name
                .filter(|name| !name.is_empty())
                .or_else(|| record.wa_id.map(|digits| format!("+{digits}"))),
            conversation: Some(record.conversation_id.into()),
            editable: record.kind == "text",
        }
    }
}

impl From<DeliveryRecord> for Letter {
    fn from(record: DeliveryRecord) -> Self {
        Self {
            id: record.id,
            kind: Kind::Delivery,
            reason: if record.unreadable { Reason::Unreadable } else { Reason::TriesUsedUp },
            words: record.reason,
            code: None,
            tries: record.tries,
            since: record.received_at,
            died_at: record.died_at,
            number: record.number_id.map(Into::into),
            number_name: record.number_name,
            contact: None,
            conversation: None,
            editable: false,
        }
    }
}

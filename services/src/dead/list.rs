use super::{
    KEPT, delivery,
    row::{DeliveryRecord, Record, SendRecord},
};
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    dead::{Counts, Filter, Kind, Letter, Place, Reason},
    inbox::Page,
    permission::{Permission, Sight},
    text::storable,
    time::Millis,
};
use std::cmp::Reverse;
use uuid::Uuid;

const SENDS: &str = "SELECT m.id, m.failed_at AS died_at, m.at AS since, COALESCE(m.error_text, '') AS words,
    m.error_code AS code, m.kind, m.conversation_id, m.number_id, n.name AS number_name,
    c.profile_name, c.wa_id, v.assignee_id, c.assignee_id AS contact_assignee_id,
    (SELECT COUNT(*) FROM send_attempts a WHERE a.message_id = m.id) AS tries,
    EXISTS (SELECT 1 FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost') AS lost
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    JOIN numbers n ON n.id = m.number_id
    WHERE m.workspace_id = $1 AND m.status = 'dead' AND m.failed_at >= $2 AND (m.failed_at, m.id) < ($3, $4)
    AND ($5 = '' OR lower(COALESCE(m.error_text, '')) LIKE lower($5) ESCAPE '!'
        OR (($8 OR c.assignee_id = $9 OR ($10 AND c.assignee_id IS NULL))
            AND lower(COALESCE(c.profile_name, '') || ' ' || COALESCE(c.wa_id, '')) LIKE lower($5) ESCAPE '!'))
    AND ($6 = '' OR ($6 = 'unconfirmed')
        = EXISTS (SELECT 1 FROM send_attempts a WHERE a.message_id = m.id AND a.outcome = 'lost'))
    ORDER BY m.failed_at DESC, m.id DESC LIMIT $7";
const SEND: &str = "SELECT m.id, m.failed_at AS died_at, m.at AS since, COALESCE(m.error_text, '') AS words,
    m.error_code AS code, m.kind, m.conversation_id, m.number_id, n.name AS number_name,
    c.profile_name, c.wa_id, v.assignee_id, c.assignee_id AS contact_assignee_id,
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

/// Dead letters of the workspace, the latest first, at most `limit`, behind the one given: fewer only where there are no more.
/// Of a message only those see whom it was for, and find it by that, who see the contact.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<Place>, limit: usize) -> Result<Page<Letter>> {
    ctx.demand(Permission::OperationsView)?;
    let mut before = before.unwrap_or(Place { at: Millis::MAX, id: Uuid::max() });
    let mut items = Vec::with_capacity(limit + 1);
    loop {
        let (found, more) = piece(ctx, filter, before, limit + 1).await?;
        if let Some((_, last)) = found.last() {
            before = last.place();
        }
        // Their deliveries may have been retried meanwhile, by another workspace that they concern.
        let mut journal = ctx.services().db().read_journal().await?;
        for (behind, letter) in found {
            let dead = match behind {
                Some(delivery) => delivery::is_dead(journal.conn(), delivery).await?,
                None => true,
            };
            if dead {
                items.push(letter);
            }
        }
        if items.len() > limit || !more {
            let more = items.len() > limit;
            items.truncate(limit);
            return Ok(Page { items, more });
        }
    }
}

/// So many letters behind a place, whether or not they are dead still, each with the delivery behind it; and whether there may
/// be more.
async fn piece(ctx: &Ctx, filter: &Filter, before: Place, count: usize) -> Result<(Vec<(Option<i64>, Letter)>, bool)> {
    let ask = i64::try_from(count).unwrap_or(i64::MAX);
    let text = filter.text.as_deref().map(pattern).unwrap_or_default();
    let (since, reason) = (ctx.now() - KEPT, filter.reason.map_or("", Reason::as_str));
    let wants = |kind: Kind, not: Reason| filter.kind.is_none_or(|one| one == kind) && filter.reason != Some(not);
    let (all, own, nobodys) = match ctx.sight(Permission::ContactsRead) {
        Sight::Nothing => (false, Uuid::nil(), false),
        Sight::Own { me, unassigned } => (false, me.0, unassigned),
        Sight::All => (true, Uuid::nil(), false),
    };
    let mut found: Vec<Record> = Vec::new();
    let mut more = false;
    let mut read = ctx.read().await?;
    if wants(Kind::Send, Reason::Unreadable) {
        let sends: Vec<SendRecord> = sql!(all SendRecord, read.conn(), SENDS, ctx.ws(), since, before.at, before.id, &text,
            reason, ask, all, own, nobodys)?;
        more |= sends.len() == count;
        found.extend(sends.into_iter().map(Record::Send));
    }
    if wants(Kind::Delivery, Reason::Unconfirmed) {
        let letters: Vec<DeliveryRecord> =
            sql!(all DeliveryRecord, read.conn(), LETTERS, ctx.ws(), since, before.at, before.id, &text, reason, ask)?;
        more |= letters.len() == count;
        found.extend(letters.into_iter().map(Record::Delivery));
    }
    let mut found: Vec<_> = found.into_iter().map(|record| (record.delivery(), record.seen(ctx))).collect();
    found.sort_by_key(|(_, letter)| Reverse(letter.place()));
    more |= found.len() > count;
    found.truncate(count);
    Ok((found, more))
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

/// One of them.
pub(super) async fn find(ctx: &Ctx, id: Uuid) -> Result<Record> {
    let mut read = ctx.read().await?;
    if let Some(record) = find_send(ctx, read.conn(), id).await? {
        return Ok(Record::Send(record));
    }
    let record: Option<DeliveryRecord> = sql!(opt DeliveryRecord, read.conn(), LETTER, ctx.ws(), ctx.now() - KEPT, id)?;
    let record = record.ok_or(domain::Error::NotFound)?;
    drop(read);
    let mut journal = ctx.services().db().read_journal().await?;
    if !delivery::is_dead(journal.conn(), record.delivery_id).await? {
        return Err(domain::Error::NotFound.into());
    }
    Ok(Record::Delivery(record))
}

/// The same, if it is a message.
pub(super) async fn find_send(ctx: &Ctx, conn: Conn<'_>, id: Uuid) -> Result<Option<SendRecord>> {
    Ok(sql!(opt SendRecord, conn, SEND, ctx.ws(), ctx.now() - KEPT, id)?)
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

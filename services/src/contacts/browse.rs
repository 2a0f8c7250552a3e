use super::find::ContactRecord;
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    contact::{Contact, Search, Walk, after_digits},
    id::ContactId,
    permission::{Permission, Sight},
};
use uuid::Uuid;

// Whose: 1 everybody's, 2 own and nobody's, 3 own.
const OLDER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id < $2
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY id DESC LIMIT $3";
const NEWER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id > $2
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY id LIMIT $3";
const OWN_OLDER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id < $2 AND assignee_id = $4
    ORDER BY id DESC LIMIT $3";
const OWN_NEWER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id > $2 AND assignee_id = $4
    ORDER BY id LIMIT $3";
// Few of many: found by their own index.
const OPTED_OUT_OLDER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND opted_out_at IS NOT NULL AND id < $2
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY id DESC LIMIT $3";
const OPTED_OUT_NEWER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND opted_out_at IS NOT NULL AND id > $2
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY id LIMIT $3";
// Walked by the index of labelled conversations, which has them in the order of contacts. $7 is the label, $8 and $9 whose
// conversations: as $4 and $5.
const LABELLED_OLDER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id IN (
        SELECT v.contact_id FROM conversations v JOIN contacts c ON c.id = v.contact_id
        WHERE v.workspace_id = $1 AND v.labels <> '[]' AND v.labels LIKE $7 AND v.contact_id < $2
            AND (CAST($8 AS BIGINT) = 1 OR v.assignee_id = $9 OR (CAST($8 AS BIGINT) = 2 AND v.assignee_id IS NULL))
            AND (CAST($4 AS BIGINT) = 1 OR c.assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND c.assignee_id IS NULL))
            AND (NOT $6 OR c.opted_out_at IS NOT NULL)
        GROUP BY v.contact_id ORDER BY v.contact_id DESC LIMIT $3)
    ORDER BY id DESC";
const LABELLED_NEWER: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND id IN (
        SELECT v.contact_id FROM conversations v JOIN contacts c ON c.id = v.contact_id
        WHERE v.workspace_id = $1 AND v.labels <> '[]' AND v.labels LIKE $7 AND v.contact_id > $2
            AND (CAST($8 AS BIGINT) = 1 OR v.assignee_id = $9 OR (CAST($8 AS BIGINT) = 2 AND v.assignee_id IS NULL))
            AND (CAST($4 AS BIGINT) = 1 OR c.assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND c.assignee_id IS NULL))
            AND (NOT $6 OR c.opted_out_at IS NOT NULL)
        GROUP BY v.contact_id ORDER BY v.contact_id LIMIT $3)
    ORDER BY id";
const NAME_ON: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND name_key >= $6 AND name_key < $7
    AND (name_key, id) > ($8, $2) AND (NOT $9 OR opted_out_at IS NOT NULL)
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    AND (CAST($10 AS TEXT) = '' OR EXISTS (SELECT 1 FROM conversations v
        WHERE v.workspace_id = $1 AND v.contact_id = contacts.id AND v.labels <> '[]' AND v.labels LIKE $10
        AND (CAST($11 AS BIGINT) = 1 OR v.assignee_id = $12 OR (CAST($11 AS BIGINT) = 2 AND v.assignee_id IS NULL))))
    ORDER BY name_key, id LIMIT $3";
const NAME_BACK: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND name_key >= $6 AND name_key < $7
    AND (name_key, id) < ($8, $2) AND (NOT $9 OR opted_out_at IS NOT NULL)
    AND (CAST($4 AS BIGINT) = 1 OR assignee_id = $5 OR (CAST($4 AS BIGINT) = 2 AND assignee_id IS NULL))
    AND (CAST($10 AS TEXT) = '' OR EXISTS (SELECT 1 FROM conversations v
        WHERE v.workspace_id = $1 AND v.contact_id = contacts.id AND v.labels <> '[]' AND v.labels LIKE $10
        AND (CAST($11 AS BIGINT) = 1 OR v.assignee_id = $12 OR (CAST($11 AS BIGINT) = 2 AND v.assignee_id IS NULL))))
    ORDER BY name_key DESC, id DESC LIMIT $3";
const PHONE_ON: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND wa_id >= $5 AND wa_id < $6 AND wa_id > $7
    AND (NOT $8 OR opted_out_at IS NOT NULL)
    AND (CAST($3 AS BIGINT) = 1 OR assignee_id = $4 OR (CAST($3 AS BIGINT) = 2 AND assignee_id IS NULL))
    AND (CAST($9 AS TEXT) = '' OR EXISTS (SELECT 1 FROM conversations v
        WHERE v.workspace_id = $1 AND v.contact_id = contacts.id AND v.labels <> '[]' AND v.labels LIKE $9
        AND (CAST($10 AS BIGINT) = 1 OR v.assignee_id = $11 OR (CAST($10 AS BIGINT) = 2 AND v.assignee_id IS NULL))))
    ORDER BY wa_id LIMIT $2";
const PHONE_BACK: &str = "SELECT * FROM contacts WHERE workspace_id = $1 AND wa_id >= $5 AND wa_id < $6 AND wa_id < $7
    AND (NOT $8 OR opted_out_at IS NOT NULL)
    AND (CAST($3 AS BIGINT) = 1 OR assignee_id = $4 OR (CAST($3 AS BIGINT) = 2 AND assignee_id IS NULL))
    AND (CAST($9 AS TEXT) = '' OR EXISTS (SELECT 1 FROM conversations v
        WHERE v.workspace_id = $1 AND v.contact_id = contacts.id AND v.labels <> '[]' AND v.labels LIKE $9
        AND (CAST($10 AS BIGINT) = 1 OR v.assignee_id = $11 OR (CAST($10 AS BIGINT) = 2 AND v.assignee_id IS NULL))))
    ORDER BY wa_id DESC LIMIT $2";
const PLACE: &str =
    "SELECT COALESCE(name_key, ''), COALESCE(wa_id, '') FROM contacts WHERE workspace_id = $1 AND id = $2";

/// Where a page lies: seen from a contact, which is not on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// At the beginning.
    First,
    /// What follows it.
    After(ContactId),
    /// What stands in front of it.
    Before(ContactId),
}

/// Some contacts of a list, and whether there are more on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    pub items: Vec<Contact>,
    pub before: bool,
    pub after: bool,
}

/// Contacts that the member sees and that are looked for, at most `limit`: the newest first, by name where a name is looked for,
/// by number where a number is.
///
/// # Errors
/// `Forbidden` without `contacts.read`.
pub async fn browse(ctx: &Ctx, search: &Search, turn: Turn, limit: usize) -> Result<Slice> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    let sights = [Permission::ContactsRead, Permission::ConversationsView].map(|permission| ctx.sight(permission));
    page(read.conn(), ctx.ws(), sights, search, turn, limit).await
}

/// What statements call it: whose, and the member. `None` is nothing.
pub(super) fn whose(sight: Sight) -> Option<(i64, Uuid)> {
    match sight {
        Sight::Nothing => None,
        Sight::All => Some((1, Uuid::nil())),
        Sight::Own { me, unassigned: true } => Some((2, me.0)),
        Sight::Own { me, unassigned: false } => Some((3, me.0)),
    }
}

/// The same for whoever may already ask, with what they see of contacts and of conversations.
pub(super) async fn page(
    mut conn: Conn<'_>,
    ws: Uuid,
    [sight, conversations]: [Sight; 2],
    search: &Search,
    turn: Turn,
    limit: usize,
) -> Result<Slice> {
    let nothing = Slice { items: Vec::new(), before: false, after: false };
    let Some((whose, me)) = whose(sight) else { return Ok(nothing) };
    let label = search.label.map(|label| format!("%{label}%")).unwrap_or_default();
    let labelled = !label.is_empty();
    let (their, member) = match self::whose(conversations) {
        Some(bound) => bound,
        // A label that nobody may see finds nobody.
        None if labelled => return Ok(nothing),
        None => (3, Uuid::nil()),
    };
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let back = matches!(turn, Turn::Before(_));
    let from = match turn {
        Turn::First => None,
        Turn::After(id) | Turn::Before(id) => {
            let place: Option<(String, String)> = sql!(opt(String, String), conn.again(), PLACE, ws, id.0)?;
            // Whoever is gone is no place: the list begins again.
            place.map(|(name, phone)| (id.0, name, phone))
        }
    };
    let back = back && from.is_some();
    let started = from.is_some();
    let opted_out = search.opted_out;
    let mut rows: Vec<ContactRecord> = match search.walk() {
        Walk::Newest => {
            let id = from.map_or(Uuid::max(), |(id, ..)| id);
            match (opted_out, whose, back) {
                (_, _, back) if labelled => {
                    let sql = if back { LABELLED_NEWER } else { LABELLED_OLDER };
                    sql!(all ContactRecord, conn, sql, ws, id, ask, whose, me, opted_out, &label, their, member)?
                }
                (false, 3, false) => sql!(all ContactRecord, conn, OWN_OLDER, ws, id, ask, me)?,
                (false, 3, true) => sql!(all ContactRecord, conn, OWN_NEWER, ws, id, ask, me)?,
                (false, _, false) => sql!(all ContactRecord, conn, OLDER, ws, id, ask, whose, me)?,
                (false, _, true) => sql!(all ContactRecord, conn, NEWER, ws, id, ask, whose, me)?,
                (true, _, false) => sql!(all ContactRecord, conn, OPTED_OUT_OLDER, ws, id, ask, whose, me)?,
                (true, _, true) => sql!(all ContactRecord, conn, OPTED_OUT_NEWER, ws, id, ask, whose, me)?,
            }
        }
        Walk::Name(prefix) => {
            let end = format!("{prefix}\u{10FFFF}");
            let (id, key) = from.map_or_else(|| (Uuid::nil(), String::new()), |(id, name, _)| (id, name));
            let sql = if back { NAME_BACK } else { NAME_ON };
            sql!(all ContactRecord, conn, sql, ws, id, ask, whose, me, &prefix, &end, &key, opted_out, &label, their, member)?
        }
        Walk::Phone(digits) => {
            let end = after_digits(&digits);
            let place = from.map(|(_, _, phone)| phone).unwrap_or_default();
            let sql = if back { PHONE_BACK } else { PHONE_ON };
            sql!(all ContactRecord, conn, sql, ws, ask, whose, me, &digits, &end, &place, opted_out, &label, their,
                member)?
        }
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    if back {
        rows.reverse();
    }
    let items = rows.into_iter().map(Contact::from).collect();
    let (before, after) = if back { (more, true) } else { (started, more) };
    Ok(Slice { items, before, after })
}

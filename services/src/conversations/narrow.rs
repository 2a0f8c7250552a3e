//! A list that is narrowed or sorted otherwise. All statements take the same binds: what does not narrow is bound to let
//! everything through, so that each has one text, one plan, and the order of an index.
//!
//! $1 workspace, $2 state, ($3, $4) the row before, $5 limit, $6 where the times end, $7 whose (1 everybody's, 2 a member's and
//! nobody's, 3 a member's, 4 nobody's), $8 the member, $9 least unread, $10 to $11 numbers, $12 to $13 window, $14 the customer
//! wrote last, $15 to $19 labels.

use super::row::RowRecord;
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    conversation::View,
    id::{ConversationId, MemberId},
    inbox::{CLOSING, FILTER_LABELS, Filter, Sort, Whose},
    permission::{Permission, Sight},
    time::Millis,
    window,
};
use uuid::Uuid;

const LISTED_DOWN: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4)
        AND last_message_at >= $6
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const LISTED_UP: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) > ($3, $4)
        AND last_message_at < $6
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at, id LIMIT $5";
// One member's, by their own index.
const MEMBERS_DOWN: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) < ($3, $4)
        AND last_message_at >= $6 AND CAST($7 AS BIGINT) = 3 AND assignee_id = $8
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const MEMBERS_UP: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until IS NULL AND (last_message_at, id) > ($3, $4)
        AND last_message_at < $6 AND CAST($7 AS BIGINT) = 3 AND assignee_id = $8
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at, id LIMIT $5";
// Those that have labels at all have an index of their own.
const LABELLED_DOWN: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND labels <> '[]' AND snoozed_until IS NULL
        AND (last_message_at, id) < ($3, $4) AND last_message_at >= $6
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
    ORDER BY last_message_at DESC, id DESC LIMIT $5";
const LABELLED_UP: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND labels <> '[]' AND snoozed_until IS NULL
        AND (last_message_at, id) > ($3, $4) AND last_message_at < $6
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
    ORDER BY last_message_at, id LIMIT $5";
// Few of many: found by their own index, whatever order is wanted.
const SNOOZED_DOWN: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until > 0 AND (last_message_at + 0, id) < ($3, $4)
        AND last_message_at + 0 >= $6
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at + 0 DESC, id DESC LIMIT $5";
const SNOOZED_UP: &str = "SELECT * FROM conversation_rows
    WHERE workspace_id = $1 AND state = $2 AND snoozed_until > 0 AND (last_message_at + 0, id) > ($3, $4)
        AND last_message_at + 0 < $6
        AND (CAST($7 AS BIGINT) = 1 OR assignee_id = $8 OR (CAST($7 AS BIGINT) <> 3 AND assignee_id IS NULL))
        AND unread >= $9 AND number_id >= $10 AND number_id <= $11
        AND COALESCE(window_expires_at, 0) > $12 AND COALESCE(window_expires_at, 0) <= $13
        AND (CAST($14 AS BIGINT) = 0 OR preview_direction = 'in')
        AND (labels LIKE $15 OR labels LIKE $16 OR labels LIKE $17 OR labels LIKE $18 OR labels LIKE $19)
    ORDER BY last_message_at + 0, id LIMIT $5";

/// A set of assignees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    members: Members,
    nobody: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Members {
    None,
    One(MemberId),
    All,
}

impl Reach {
    const ALL: Self = Self { members: Members::All, nobody: true };
    const NOBODY: Self = Self { members: Members::None, nobody: true };

    const fn one(member: MemberId) -> Self {
        Self { members: Members::One(member), nobody: false }
    }

    fn and(self, other: Self) -> Self {
        let members = match (self.members, other.members) {
            (Members::All, members) | (members, Members::All) => members,
            (Members::One(a), Members::One(b)) if a == b => Members::One(a),
            _ => Members::None,
        };
        Self { members, nobody: self.nobody && other.nobody }
    }

    /// What the statements call it, and the member; `None` is nobody's and no member's.
    fn bound(self) -> Option<(i64, Uuid)> {
        match (self.members, self.nobody) {
            (Members::All, _) => Some((1, Uuid::nil())),
            (Members::One(member), true) => Some((2, member.0)),
            (Members::One(member), false) => Some((3, member.0)),
            (Members::None, true) => Some((4, Uuid::nil())),
            (Members::None, false) => None,
        }
    }
}

/// What the member sees, of the view, of what is asked for.
fn reach(ctx: &Ctx, view: View, filter: &Filter) -> Reach {
    let me = ctx.me().id;
    let seen = match ctx.sight(Permission::ConversationsView) {
        Sight::All => Reach::ALL,
        Sight::Own { unassigned, .. } => Reach { nobody: unassigned, ..Reach::one(me) },
        Sight::Nothing => Reach { members: Members::None, nobody: false },
    };
    let viewed = match view {
        View::Mine => Reach::one(me),
        View::Unassigned => Reach::NOBODY,
        View::All | View::Snoozed | View::Closed => Reach::ALL,
    };
    let asked = match filter.assignee {
        None => Reach::ALL,
        Some(Whose::Nobody) => Reach::NOBODY,
        Some(Whose::Member(member)) => Reach::one(member),
    };
    seen.and(viewed).and(asked)
}

/// At most `limit` rows behind `before`, in the order that is asked for.
pub(super) async fn rows(
    ctx: &Ctx,
    conn: Conn<'_>,
    (view, filter): (View, &Filter),
    before: Option<(Millis, ConversationId)>,
    limit: i64,
) -> Result<Vec<RowRecord>> {
    let Some((whose, member)) = reach(ctx, view, filter).bound() else { return Ok(Vec::new()) };
    let down = filter.sort == Sort::Newest;
    let (now, labelled) = (ctx.now(), !filter.labels.is_empty());
    let statement = match (view, whose, labelled, down) {
        (View::Snoozed, .., true) => SNOOZED_DOWN,
        (View::Snoozed, .., false) => SNOOZED_UP,
        (_, 3, _, true) => MEMBERS_DOWN,
        (_, 3, _, false) => MEMBERS_UP,
        (.., true, true) => LABELLED_DOWN,
        (.., true, false) => LABELLED_UP,
        (.., false, true) => LISTED_DOWN,
        (.., false, false) => LISTED_UP,
    };
    let (window_from, window_to) = if filter.closing { (now, now + CLOSING) } else { (Millis::MIN, Millis::MAX) };
    // A window that is still open has been written into since.
    let open_since = if filter.closing { now - window::SERVICE } else { Millis::MIN };
    let since = filter.since.unwrap_or(Millis::MIN).max(open_since);
    let until = filter.until.unwrap_or(Millis::MAX);
    let ((at, id), end) = if down {
        let first = (until, Uuid::nil());
        let first = if filter.until.is_none() { (until, Uuid::max()) } else { first };
        (before.map_or(first, |(at, id)| first.min((at, id.0))), since)
    } else {
        let first = (since, Uuid::nil());
        (before.map_or(first, |(at, id)| first.max((at, id.0))), until)
    };
    let state = if view == View::Closed { "closed" } else { "open" };
    let (number_from, number_to) = filter.number.map_or((Uuid::nil(), Uuid::max()), |number| (number.0, number.0));
    let labels = patterns(filter);
    let rows = sql!(
        all RowRecord,
        conn,
        statement,
        ctx.ws(),
        state,
        at,
        id,
        limit,
        end,
        whose,
        member,
        i64::from(filter.unread),
        number_from,
        number_to,
        window_from,
        window_to,
        i64::from(filter.sort == Sort::Waiting),
        labels[0].as_str(),
        labels[1].as_str(),
        labels[2].as_str(),
        labels[3].as_str(),
        labels[4].as_str()
    )?;
    Ok(rows)
}

/// What the column has to look like, one of them; an empty one fits nothing.
fn patterns(filter: &Filter) -> [String; FILTER_LABELS] {
    std::array::from_fn(|nth| match filter.labels.get(nth) {
        Some(label) => format!("%{label}%"),
        None if nth == 0 => "%".to_owned(),
        None => String::new(),
    })
}

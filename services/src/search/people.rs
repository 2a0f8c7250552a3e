use super::{Candidates, FIRST, Known, MORE, Of, REACH, SLICE};
use crate::{
    Ctx, Result,
    conversations::row::RowRecord,
    db::{Conn, dialect},
    sql,
};
use domain::{
    inbox::Row,
    permission::Permission,
    search::{Found, Person, Query, snippet},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// People of one page.
const PAGE: usize = 10;

// + 0: in the order of places, whichever of the three it begins.
const BEGINNING: &str = "SELECT place, contact_id FROM search_contacts
    WHERE workspace_id = $1 AND place + 0 < $2 AND ((name >= $3 AND name < $4) OR (username >= $3 AND username < $4)
        OR (phone >= $3 AND phone < $4))
    ORDER BY place + 0 DESC LIMIT $5";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// Customers with a conversation that the member sees, whose name, username or number fits, the newest first, behind the place
/// given. A question that is too short to look inside names looks at their beginning.
///
/// # Errors
/// `Forbidden`.
pub async fn people(ctx: &Ctx, question: &str, before: Option<i64>) -> Result<Found<Person>> {
    ctx.demand(Permission::ConversationsView)?;
    let Some(query) = Query::parse(question) else { return Ok(Found::default()) };
    let sight = ctx.sight(Permission::ConversationsView);
    let mut read = ctx.read().await?;
    let mut people: Vec<(i64, Person)> = Vec::new();
    let (mut next, mut looked, mut limit) = (Some(before.unwrap_or(i64::MAX)), 0, FIRST);
    let mut window = dialect::postgres_search::WINDOW;
    while let Some(place) = next.filter(|_| looked < REACH) {
        let found = candidates(read.conn(), ctx.ws(), &query, (place, limit), &mut window).await?;
        next = found.next;
        for slice in found.found.chunks(SLICE) {
            looked += slice.len();
            let ids: Vec<Uuid> = slice.iter().map(|(_, id)| *id).collect();
            // Of each contact the first that is seen.
            let mut latest: HashMap<Uuid, Uuid> = HashMap::new();
            for known in conversations(read.conn(), ctx.ws(), &ids).await? {
                if sight.reaches(known.assignee_id.map(Into::into)) {
                    latest.entry(known.contact_id).or_insert(known.id);
                }
            }
            let mut once = HashSet::new();
            for (place, id) in slice {
                let Some(conversation) = latest.get(id).filter(|_| once.insert(*id)) else { continue };
                let row: Option<RowRecord> = sql!(opt RowRecord, read.conn(), ROW, ctx.ws(), *conversation)?;
                // It may have been handed over in between.
                let Some(row) = row.filter(|row| sight.reaches(row.assignee())) else { continue };
                let (username, phone) = (row.username.as_deref(), row.wa_id.as_deref());
                if !query.is_in_contact(&row.profile_name, username, phone) {
                    continue;
                }
                if people.len() == PAGE {
                    let next = people.last().map(|(place, _)| *place);
                    return Ok(Found { items: people.into_iter().map(|(_, person)| person).collect(), next });
                }
                people.push((*place, person(row.into(), &query)));
            }
        }
        limit = MORE;
    }
    Ok(Found { items: people.into_iter().map(|(_, person)| person).collect(), next })
}

async fn candidates(
    conn: Conn<'_>,
    ws: Uuid,
    query: &Query,
    (before, limit): (i64, usize),
    window: &mut i64,
) -> sqlx::Result<Candidates> {
    if !query.reaches_inside_names() {
        let (begin, end) = query.prefix();
        let ask = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = sql!(all(i64, Uuid), conn, BEGINNING, ws, before, &begin, &end, ask)?;
        let next = found.last().filter(|_| found.len() == limit).map(|(place, _)| *place);
        return Ok(Candidates { found, next });
    }
    let words = query.long_in_names();
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_search::find(c, Of::Contacts, ws, &words, before, limit).await,
        Conn::Postgres(c) => dialect::postgres_search::find(c, Of::Contacts, ws, &words, (before, limit), window).await,
    }
}

async fn conversations(conn: Conn<'_>, ws: Uuid, contacts: &[Uuid]) -> sqlx::Result<Vec<Known>> {
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_search::latest(c, ws, contacts).await,
        Conn::Postgres(c) => dialect::postgres_search::latest(c, ws, contacts).await,
    }
}

fn person(row: Row, query: &Query) -> Person {
    let marked = |text: &str| snippet(text, query);
    Person {
        conversation: row.id,
        state: row.state,
        assignee: row.assignee,
        last_message_at: row.last_message_at,
        name: marked(&row.contact.name),
        phone: row.contact.phone.as_deref().map(marked),
        username: row.contact.username.as_deref().map(marked),
        contact: row.contact,
    }
}

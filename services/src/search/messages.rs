use super::{Candidates, FIRST, MORE, MessageRecord, Of, REACH, SLICE};
use crate::{
    Ctx, Result,
    conversations::row::contact,
    db::{Conn, dialect},
};
use domain::{
    message::{Direction, Kind},
    permission::Permission,
    search::{Found, Hit, Query, fold, snippet},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Messages of one page.
const PAGE: usize = 25;

/// Messages with all words of a question, the newest first, behind the place given. Nothing where no word is long enough.
///
/// # Errors
/// `Forbidden` for those who may not read messages.
pub async fn messages(ctx: &Ctx, question: &str, before: Option<i64>) -> Result<Found<Hit>> {
    ctx.demand(Permission::ConversationsView)?;
    ctx.demand(Permission::MessagesView)?;
    let Some(query) = Query::parse(question).filter(Query::reaches_text) else { return Ok(Found::default()) };
    let words: Vec<&str> = query.long().collect();
    let seen = [ctx.sight(Permission::ConversationsView), ctx.sight(Permission::MessagesView)];
    let mut read = ctx.read().await?;
    let mut hits = Vec::new();
    let (mut next, mut looked, mut limit) = (Some(before.unwrap_or(i64::MAX)), 0, FIRST);
    let mut window = dialect::postgres_search::WINDOW;
    while let Some(place) = next.filter(|_| looked < REACH) {
        let found = candidates(read.conn(), ctx.ws(), &words, (place, limit), &mut window).await?;
        next = found.next;
        for slice in found.found.chunks(SLICE) {
            looked += slice.len();
            let ids: Vec<Uuid> = slice.iter().map(|(_, id)| *id).collect();
            let mut known: HashMap<Uuid, MessageRecord> =
                records(read.conn(), ctx.ws(), &ids).await?.into_iter().map(|record| (record.id, record)).collect();
            for (place, id) in slice {
                let Some(record) = known.remove(id) else { continue };
                let assignee = record.assignee_id.map(Into::into);
                if seen.iter().all(|sight| sight.reaches(assignee)) && query.is_in(&fold(&record.body)) {
                    if hits.len() == PAGE {
                        // One more than the page has: the next one begins before the last that is shown.
                        return Ok(page(hits));
                    }
                    hits.push((*place, hit(record, &query)));
                }
            }
        }
        limit = MORE;
    }
    Ok(Found { items: hits.into_iter().map(|(_, hit)| hit).collect(), next })
}

fn page(hits: Vec<(i64, Hit)>) -> Found<Hit> {
    let next = hits.last().map(|(place, _)| *place);
    Found { items: hits.into_iter().map(|(_, hit)| hit).collect(), next }
}

async fn candidates(
    conn: Conn<'_>,
    ws: Uuid,
    words: &[&str],
    (before, limit): (i64, usize),
    window: &mut i64,
) -> sqlx::Result<Candidates> {
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_search::find(c, Of::Messages, ws, words, before, limit).await,
        Conn::Postgres(c) => dialect::postgres_search::find(c, Of::Messages, ws, words, (before, limit), window).await,
    }
}

async fn records(conn: Conn<'_>, ws: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<MessageRecord>> {
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_search::messages(c, ws, ids).await,
        Conn::Postgres(c) => dialect::postgres_search::messages(c, ws, ids).await,
    }
}

fn hit(record: MessageRecord, query: &Query) -> Hit {
    let (phone, user, username) = (record.wa_id.as_deref(), record.meta_user_id.as_deref(), record.username.as_deref());
    Hit {
        message: record.id.into(),
        conversation: record.conversation_id.into(),
        contact: contact(record.contact_id, &record.profile_name, phone, user, username),
        direction: Direction::parse(&record.direction),
        kind: Kind::parse(&record.kind),
        author: record.author_id.map(Into::into),
        at: record.at,
        snippet: snippet(&record.body, query),
    }
}

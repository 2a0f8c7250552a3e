//! The rows, in the order of time as they would have come.

use anyhow::Result;
use domain::{
    id::MemberId,
    message::Status,
    role::Role,
    text::preview,
    time::{DAY, MINUTE, Millis},
    window,
    workspace::Slug,
};
use rand::Rng;
use serde_json::{Value, json};
use services::{Services, db::Conn, members, numbers};
use sqlx::query;
use uuid::Uuid;

use super::{
    AGENTS, MANAGER, Size, agent,
    text::{Words, seeded},
};
use crate::world::{OWNER, PASSWORD, TOKEN};

/// Rows of one statement.
const ROWS: usize = 2_000;
/// How far it goes back.
const SPAN: Millis = 365 * DAY;
/// One conversation in so many is long, with so many messages.
const LONG: usize = 100;
const LONG_MESSAGES: usize = 200;

const CONTACTS: [&str; 2] = [
    "INSERT INTO contacts (workspace_id, id, wa_id, profile_name, assignee_id, created_at, updated_at)
    SELECT $1, unhex(value ->> 0), value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 4, value ->> 4 FROM json_each($2)",
    "INSERT INTO contacts (workspace_id, id, wa_id, profile_name, assignee_id, created_at, updated_at)
    SELECT $1, (value ->> 0)::uuid, value ->> 1, value ->> 2, (value ->> 3)::uuid, (value ->> 4)::bigint,
    (value ->> 4)::bigint FROM jsonb_array_elements($2::jsonb)",
];
const CONVERSATIONS: [&str; 2] = [
    "INSERT INTO conversations (workspace_id, number_id, id, contact_id, state, assignee_id, last_message_at, unread,
    window_expires_at, preview_message_id, preview_direction, preview_kind, preview_status, preview_text, created_at, closed_at)
    SELECT $1, $3, unhex(value ->> 0), unhex(value ->> 1), value ->> 2, unhex(value ->> 3), value ->> 4, value ->> 5, value ->> 6,
    unhex(value ->> 7), value ->> 8, 'text', value ->> 9, value ->> 10, value ->> 11, value ->> 12 FROM json_each($2)",
    "INSERT INTO conversations (workspace_id, number_id, id, contact_id, state, assignee_id, last_message_at, unread,
    window_expires_at, preview_message_id, preview_direction, preview_kind, preview_status, preview_text, created_at, closed_at)
    SELECT $1, $3, (value ->> 0)::uuid, (value ->> 1)::uuid, value ->> 2, (value ->> 3)::uuid, (value ->> 4)::bigint,
    (value ->> 5)::bigint, (value ->> 6)::bigint, (value ->> 7)::uuid, value ->> 8, 'text', value ->> 9, value ->> 10,
    (value ->> 11)::bigint, (value ->> 12)::bigint FROM jsonb_array_elements($2::jsonb)",
];
const MESSAGES: [&str; 2] = [
    "INSERT INTO messages (workspace_id, number_id, id, conversation_id, direction, kind, body, wamid, status, status_rank, author_id,
    at) SELECT $1, $3, unhex(value ->> 0), unhex(value ->> 1), value ->> 2, 'text', value ->> 3, value ->> 4, value ->> 5,
    value ->> 6, unhex(value ->> 7), value ->> 8 FROM json_each($2)",
    "INSERT INTO messages (workspace_id, number_id, id, conversation_id, direction, kind, body, wamid, status, status_rank, author_id,
    at) SELECT $1, $3, (value ->> 0)::uuid, (value ->> 1)::uuid, value ->> 2, 'text', value ->> 3, value ->> 4, value ->> 5,
    (value ->> 6)::bigint, (value ->> 7)::uuid, (value ->> 8)::bigint FROM jsonb_array_elements($2::jsonb)",
];

/// One conversation before it is written.
struct Talk {
    id: Uuid,
    contact: Uuid,
    assignee: Option<MemberId>,
    open: bool,
    /// When each message was written.
    at: Vec<Millis>,
}

/// Everything but the index.
pub async fn all(services: &Services, slug: &Slug, words: &Words, size: Size, now: Millis) -> Result<()> {
    members::add(services, slug, MANAGER, "Manager", PASSWORD, Role::Manager).await?;
    let mut agents = Vec::with_capacity(AGENTS);
    for nth in 0..AGENTS {
        let added = members::add(services, slug, &agent(nth), &format!("Agent {nth}"), PASSWORD, Role::Agent).await?;
        agents.push(added.member.id);
    }
    let connect = numbers::Connect {
        phone_number_id: "100000000000001".to_owned(),
        waba_id: "100000000000002".to_owned(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: TOKEN.to_owned().into(),
        name: None,
    };
    let number = numbers::connect(services, slug, connect).await?.0;
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    let owner = services::accounts::sign_in(services, OWNER, PASSWORD, address).await;
    let owner = owner.map_err(|_| anyhow::anyhow!("the owner cannot sign in"))?.user;
    let workspace = services.ctx(owner, slug).await?.workspace().id.0;
    let talks: Vec<Talk> = talks(&agents, size, now);
    let sink = Sink { services, workspace, number };

    let mut rows = Vec::with_capacity(ROWS);
    for (nth, talk) in talks.iter().enumerate() {
        let (name, phone) = words.person(nth);
        rows.push(json!([hex(talk.contact), phone, name, talk.assignee.map(|id| hex(id.0)), talk.at[0]]));
        sink.full(&CONTACTS, &mut rows).await?;
    }
    sink.flush(&CONTACTS, &mut rows).await?;
    for (nth, talk) in talks.iter().enumerate() {
        rows.push(conversation(words, nth, talk));
        sink.full(&CONVERSATIONS, &mut rows).await?;
    }
    sink.flush(&CONVERSATIONS, &mut rows).await?;
    let mut order: Vec<(Millis, usize, usize)> = talks
        .iter()
        .enumerate()
        .flat_map(|(talk, of)| of.at.iter().enumerate().map(move |(nth, at)| (*at, talk, nth)))
        .collect();
    order.sort_unstable();
    for (at, nth, place) in order {
        let talk = &talks[nth];
        let id = message_id(nth, place, at);
        let (direction, status) = side(place);
        let author = talk.assignee.filter(|_| direction == "out").map(|id| hex(id.0));
        let (wamid, text) = (format!("wamid.{}", id.simple()), words.message(nth, place));
        let status = (status.as_str(), status.rank());
        rows.push(json!([hex(id), hex(talk.id), direction, text, wamid, status.0, status.1, author, at]));
        sink.full(&MESSAGES, &mut rows).await?;
    }
    sink.flush(&MESSAGES, &mut rows).await
}

fn talks(agents: &[MemberId], size: Size, now: Millis) -> Vec<Talk> {
    let mut left = size.messages;
    (0..size.conversations)
        .map(|nth| {
            let mut rng = seeded(5, nth, 0);
            let after = size.conversations - nth - 1;
            // So that nobody goes without one, and nothing is left over.
            let mean = (left / (after + 1)).max(1);
            let wanted =
                if nth % LONG == LONG / 2 { LONG_MESSAGES } else { rng.random_range(1..=(2 * mean - 1).max(1)) };
            let count = if after == 0 { left } else { wanted.clamp(1, left - after) };
            left -= count;
            let recent: f64 = rng.random();
            let mut at = now - MINUTE - (recent * recent * SPAN as f64) as Millis;
            let mut times: Vec<Millis> = (0..count)
                .map(|_| {
                    at -= rng.random_range(1_000..40 * MINUTE);
                    at
                })
                .collect();
            times.reverse();
            let whose = rng.random_range(0..10_usize);
            Talk {
                id: made(6, nth, 0, times[0]),
                contact: made(7, nth, 0, times[0]),
                assignee: (whose > 0).then(|| agents[rng.random_range(0..agents.len())]),
                open: rng.random_range(0..10) < 4,
                at: times,
            }
        })
        .collect()
}

fn conversation(words: &Words, nth: usize, talk: &Talk) -> Value {
    let place = talk.at.len() - 1;
    let last = talk.at[place];
    let (direction, status) = side(place);
    let text = preview(&words.message(nth, place), 120);
    let closed_at = (!talk.open).then_some(last + MINUTE);
    json!([
        hex(talk.id),
        hex(talk.contact),
        if talk.open { "open" } else { "closed" },
        talk.assignee.map(|id| hex(id.0)),
        last,
        i64::from(direction == "in" && talk.open),
        window::expires_after(last),
        hex(message_id(nth, place, last)),
        direction,
        status.as_str(),
        text,
        talk.at[0],
        closed_at,
    ])
}

/// The customer begins, and both take turns.
fn side(place: usize) -> (&'static str, Status) {
    if place.is_multiple_of(2) { ("in", Status::Received) } else { ("out", Status::Read) }
}

fn message_id(talk: usize, place: usize, at: Millis) -> Uuid {
    made(8, talk, place, at)
}

fn made(what: u64, one: usize, other: usize, at: Millis) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at.unsigned_abs(), &seeded(what, one, other).random()).into_uuid()
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

struct Sink<'a> {
    services: &'a Services,
    workspace: Uuid,
    number: Uuid,
}

impl Sink<'_> {
    async fn full(&self, texts: &[&'static str; 2], rows: &mut Vec<Value>) -> Result<()> {
        if rows.len() < ROWS { Ok(()) } else { self.flush(texts, rows).await }
    }

    async fn flush(&self, [sqlite, postgres]: &[&'static str; 2], rows: &mut Vec<Value>) -> Result<()> {
        let rows = Value::from(std::mem::take(rows)).to_string();
        // The number is in none of the rows of contacts.
        let numbered = sqlite.contains("$3");
        let mut tx = self.services.db().begin().await?;
        match tx.conn() {
            Conn::Sqlite(conn) => {
                let write = query(*sqlite).bind(self.workspace).bind(rows);
                let write = if numbered { write.bind(self.number) } else { write };
                write.execute(conn).await?;
            }
            Conn::Postgres(conn) => {
                let write = query(*postgres).bind(self.workspace).bind(rows);
                let write = if numbered { write.bind(self.number) } else { write };
                write.execute(conn).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

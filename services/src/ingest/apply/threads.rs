use super::{Step, contacts::Contact};
use crate::{
    clock::new_id,
    conversations::row::{contact, labels},
    db::{Tx, dialect},
    ingest::route::Number,
    sql,
};
use domain::{
    conversation::State,
    inbox::{Preview, Row},
    message::{Direction, Kind, Status},
    time::Millis,
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

const DEAL: &str = "UPDATE conversations SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";

/// An open conversation as it stands in the table, without the names it shows.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRecord {
    pub id: Uuid,
    pub number_id: Uuid,
    pub contact_id: Uuid,
    pub assignee_id: Option<Uuid>,
    pub last_message_at: i64,
    pub unread: i64,
    pub window_expires_at: Option<i64>,
    pub preview_message_id: Option<Uuid>,
    pub preview_direction: Option<String>,
    pub preview_kind: Option<String>,
    pub preview_status: Option<String>,
    pub preview_text: Option<String>,
    pub labels: String,
    pub snoozed_until: Option<i64>,
}

/// An open conversation in the hands of a batch.
#[derive(Clone, Debug)]
pub struct Thread {
    pub row: Row,
    pub preview_message: Option<Uuid>,
    pub is_new: bool,
    pub touched: bool,
    /// Made of the history alone, and written to now for the first time.
    pub roused: bool,
}

impl Thread {
    /// Nobody wrote since the number was connected, and nobody looks after it: see [`Threads::shelve`].
    pub fn unheard(&self) -> bool {
        self.row.snoozed_until == Some(Millis::MAX) && self.row.assignee.is_none()
    }
}

/// Open conversations by (number, contact).
#[derive(Default)]
pub struct Threads {
    threads: HashMap<(Uuid, Uuid), Thread>,
}

/// Who writes to which number.
pub type Pair<'a> = (&'a Arc<Number>, &'a Contact);

impl Threads {
    /// The conversations that are open between these contacts and numbers, locked against other writers.
    pub async fn load(step: &mut Step<'_>, pairs: &[Pair<'_>]) -> sqlx::Result<Self> {
        let mut wanted: HashMap<(Uuid, Uuid), Pair<'_>> = HashMap::with_capacity(pairs.len());
        for pair in pairs {
            wanted.insert(key(*pair), *pair);
        }
        let keys: Vec<(Uuid, Uuid)> = wanted.keys().copied().collect();
        let found = match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite::open_conversations(tx, step.workspace, &keys).await?,
            Tx::Postgres(tx) => dialect::postgres::open_conversations(tx, step.workspace, &keys).await?,
        };
        let threads = found
            .into_iter()
            .filter_map(|record| {
                let key = (record.number_id, record.contact_id);
                wanted.get(&key).map(|pair| (key, thread(record, *pair)))
            })
            .collect();
        Ok(Self { threads })
    }

    pub fn get_mut(&mut self, key: (Uuid, Uuid)) -> Option<&mut Thread> {
        self.threads.get_mut(&key)
    }

    pub fn has(&self, key: (Uuid, Uuid)) -> bool {
        self.threads.contains_key(&key)
    }

    /// Opens a conversation for a contact that has none with this number.
    pub fn open(&mut self, pair: Pair<'_>, assignee: Option<Uuid>) {
        let (number, person) = pair;
        let row = Row {
            id: new_id().into(),
            contact: brief(person),
            number: number.brief.clone(),
            state: State::Open,
            assignee: assignee.map(Into::into),
            preview: None,
            last_message_at: 0,
            unread: 0,
            window_expires_at: None,
            opted_out_at: person.opted_out_at,
            labels: Vec::new(),
            snoozed_until: None,
            unanswered: false,
        };
        self.threads
            .insert(key(pair), Thread { row, preview_message: None, is_new: true, touched: false, roused: false });
    }

    /// The same for what was said before the number was connected: open, and out of sight until somebody writes.
    pub fn shelve(&mut self, pair: Pair<'_>) {
        self.open(pair, None);
        if let Some(thread) = self.threads.get_mut(&key(pair)) {
            (thread.row.state, thread.row.snoozed_until) = (State::Snoozed, Some(Millis::MAX));
        }
    }

    /// Somebody wrote in what lay on the shelf: it is given out like a new one.
    pub fn rouse(&mut self, key: (Uuid, Uuid), assignee: Option<Uuid>) {
        if let Some(thread) = self.threads.get_mut(&key) {
            thread.row.assignee = assignee.map(Into::into);
            thread.roused = true;
        }
    }

    /// Writes what changed.
    pub async fn save(&self, step: &mut Step<'_>) -> sqlx::Result<()> {
        let (mut new, mut old): (Vec<&Thread>, Vec<&Thread>) =
            self.threads.values().filter(|thread| thread.touched).partition(|thread| thread.is_new);
        // One order for all, so that two writers cannot wait for each other.
        new.sort_unstable_by_key(|thread| thread.row.id);
        old.sort_unstable_by_key(|thread| thread.row.id);
        let (workspace, now) = (step.workspace, step.now);
        for thread in old.iter().filter(|thread| thread.roused) {
            let assignee = thread.row.assignee.map(|member| member.0);
            sql!(exec step.tx.conn(), DEAL, workspace, thread.row.id.0, assignee)?;
        }
        match &mut *step.tx {
            Tx::Sqlite(tx) => {
                dialect::sqlite::insert_conversations(tx, workspace, &new, now).await?;
                dialect::sqlite::update_conversations(tx, workspace, &old).await
            }
            Tx::Postgres(tx) => {
                dialect::postgres::insert_conversations(tx, workspace, &new, now).await?;
                dialect::postgres::update_conversations(tx, workspace, &old).await
            }
        }
    }
}

/// Number and contact, as the unique index has them.
pub fn key((number, person): Pair<'_>) -> (Uuid, Uuid) {
    (number.brief.id.0, person.id)
}

fn brief(person: &Contact) -> domain::inbox::ContactBrief {
    contact(
        person.id,
        &person.profile_name,
        person.wa_id.as_deref(),
        person.meta_user_id.as_deref(),
        person.username.as_deref(),
    )
}

fn thread(record: OpenRecord, (number, person): Pair<'_>) -> Thread {
    let preview = record.preview_text.map(|text| Preview {
        direction: Direction::parse(record.preview_direction.as_deref().unwrap_or_default()),
        kind: Kind::parse(record.preview_kind.as_deref().unwrap_or_default()),
        status: Status::parse(record.preview_status.as_deref().unwrap_or_default()),
        text,
    });
    let row = Row {
        id: record.id.into(),
        contact: brief(person),
        number: number.brief.clone(),
        state: State::stored("open", record.snoozed_until),
        assignee: record.assignee_id.map(Into::into),
        preview,
        last_message_at: record.last_message_at,
        unread: record.unread,
        window_expires_at: record.window_expires_at,
        opted_out_at: person.opted_out_at,
        labels: labels(&record.labels),
        snoozed_until: record.snoozed_until,
        unanswered: false,
    };
    Thread { row, preview_message: record.preview_message_id, is_new: false, touched: false, roused: false }
}

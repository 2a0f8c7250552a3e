//! What the callers were promised.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use services::sql;
use uuid::Uuid;

use crate::{meta, world::World};

/// Deliveries that may come again.
const REMEMBERED: usize = 2_000;

/// Shared by all callers.
pub struct Book {
    run: u32,
    next_wamid: AtomicUsize,
    contacts: AtomicUsize,
    stopped: AtomicBool,
    over: AtomicU32,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Every message id that was ever on its way.
    posted: HashSet<String>,
    /// Those whose delivery was answered with 200.
    acked: HashSet<String>,
    past: Vec<Past>,
    cookie: String,
    conversations: Vec<Conversation>,
    replies: HashMap<Uuid, Reply>,
}

/// A delivery that was made.
#[derive(Clone)]
pub struct Past {
    pub office: usize,
    pub contact: usize,
    pub wamids: Vec<String>,
    pub body: Arc<str>,
}

/// Where an answer can go.
#[derive(Clone)]
pub struct Conversation {
    pub slug: String,
    pub id: Uuid,
}

/// What became of a reply, as far as its author knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Taken: it must be there.
    Answered,
    /// Refused, with a reason for the author.
    Refused,
    /// No answer came.
    Unknown,
}

impl Book {
    pub fn new(seed: u64) -> Self {
        Self {
            run: (seed & u64::from(u32::MAX)) as u32,
            next_wamid: AtomicUsize::new(0),
            contacts: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            over: AtomicU32::new(0),
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn signed_in(&self, cookie: String) {
        self.inner().cookie = cookie;
    }

    pub fn cookie(&self) -> String {
        self.inner().cookie.clone()
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub fn new_wamid(&self) -> String {
        meta::wamid(self.run, self.next_wamid.fetch_add(1, Ordering::Relaxed))
    }

    /// Somebody who never wrote before.
    pub fn new_contact(&self) -> usize {
        self.contacts.fetch_add(1, Ordering::Relaxed)
    }

    /// How many have written.
    pub fn contacts(&self) -> usize {
        self.contacts.load(Ordering::Relaxed)
    }

    pub fn posting(&self, past: &Past) {
        self.inner().posted.extend(past.wamids.iter().cloned());
    }

    pub fn acknowledged(&self, past: Past) {
        let mut inner = self.inner();
        inner.acked.extend(past.wamids.iter().cloned());
        if inner.past.len() < REMEMBERED {
            inner.past.push(past);
        } else {
            let at = self.over.fetch_add(1, Ordering::Relaxed) as usize % REMEMBERED;
            inner.past[at] = past;
        }
    }

    /// Some delivery of the past; `dice` chooses.
    pub fn past(&self, dice: u64) -> Option<Past> {
        let inner = self.inner();
        let at = (dice as usize).checked_rem(inner.past.len())?;
        inner.past.get(at).cloned()
    }

    pub fn conversation(&self, dice: u64) -> Option<Conversation> {
        let inner = self.inner();
        let at = (dice as usize).checked_rem(inner.conversations.len())?;
        inner.conversations.get(at).cloned()
    }

    /// What is known of a reply; an answer is never forgotten.
    pub fn replied(&self, key: Uuid, reply: Reply) {
        let mut inner = self.inner();
        let known = inner.replies.entry(key).or_insert(reply);
        if *known != Reply::Answered {
            *known = reply;
        }
    }

    /// Looks up where answers can go. The connection is closed again at once: after a kill nobody but the server may have the
    /// files open, as in life.
    pub async fn learn_conversations(&self, world: &World) -> Result<()> {
        const OPEN: &str = "SELECT w.slug, v.id FROM conversations v JOIN workspaces w ON w.id = v.workspace_id";
        let mut probe = world.database.probe().await?;
        let rows: Vec<(String, Uuid)> = sql!(all(String, Uuid), probe.conn(), OPEN)?;
        probe.close().await?;
        self.inner().conversations = rows.into_iter().map(|(slug, id)| Conversation { slug, id }).collect();
        Ok(())
    }

    pub fn progress(&self) -> String {
        let inner = self.inner();
        let answered = inner.replies.values().filter(|reply| **reply == Reply::Answered).count();
        format!("{} of {} messages acknowledged, {answered} replies taken", inner.acked.len(), inner.posted.len())
    }

    /// Posted, acknowledged, replies: for the verdict.
    pub fn promises(&self) -> (HashSet<String>, HashSet<String>, HashMap<Uuid, Reply>) {
        let inner = self.inner();
        (inner.posted.clone(), inner.acked.clone(), inner.replies.clone())
    }
}

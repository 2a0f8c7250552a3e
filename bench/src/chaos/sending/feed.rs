//! Colleagues who write one message into each conversation, and do not rest before it is taken.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use services::sql;
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

use crate::{
    chaos::{
        book::{Conversation, Reply},
        repliers,
    },
    http::Conn,
    world::World,
};

/// Before a form that was not answered is sent again: the server may be down.
const AGAIN: Duration = Duration::from_millis(150);
/// After this many refusals somebody gives up.
const REFUSALS: u32 = 20;

/// What is to be written, and what was taken.
pub struct Feed {
    cookie: String,
    total: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    open: Vec<Conversation>,
    taken: HashSet<Uuid>,
    refused: usize,
}

impl Feed {
    /// One message for each conversation there is.
    pub async fn read(world: &World, cookie: String) -> Result<Self> {
        // By contact, so that the numbers take turns.
        const ALL: &str = "SELECT w.slug, v.id FROM conversations v JOIN workspaces w ON w.id = v.workspace_id
            JOIN contacts c ON c.id = v.contact_id ORDER BY c.wa_id";
        let mut probe = world.database.probe().await?;
        let rows: Vec<(String, Uuid)> = sql!(all(String, Uuid), probe.conn(), ALL)?;
        probe.close().await?;
        let open: Vec<_> = rows.into_iter().map(|(slug, id)| Conversation { slug, id }).collect();
        let total = open.len();
        Ok(Self { cookie, total, inner: Mutex::new(Inner { open, ..Inner::default() }) })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn total(&self) -> usize {
        self.total
    }

    pub fn progress(&self) -> String {
        let inner = self.inner();
        format!("{} of {} messages taken", inner.taken.len(), self.total)
    }

    /// The keys of what was taken, and how many were refused for good.
    pub fn promises(&self) -> (HashSet<Uuid>, usize) {
        let inner = self.inner();
        (inner.taken.clone(), inner.refused)
    }

    /// Lets so many colleagues write until all is written.
    pub fn start(self: &Arc<Self>, world: &Arc<World>, writers: usize) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for _ in 0..writers {
            let (feed, world) = (self.clone(), world.clone());
            running.spawn(async move { feed.write(&world).await });
        }
        running
    }

    async fn write(&self, world: &World) {
        let mut conn: Option<Conn> = None;
        loop {
            let Some(conversation) = self.inner().open.pop() else { return };
            let key = Uuid::now_v7();
            let mut refusals = 0;
            loop {
                match repliers::post(world, &self.cookie, &mut conn, &conversation, key).await {
                    Ok(Reply::Answered) => {
                        self.inner().taken.insert(key);
                        break;
                    }
                    Ok(_) if refusals == REFUSALS => {
                        self.inner().refused += 1;
                        break;
                    }
                    Ok(_) => refusals += 1,
                    Err(_) => conn = None,
                }
                sleep(AGAIN).await;
            }
        }
    }
}

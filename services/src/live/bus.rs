use super::{
    Stamped, newer,
    presence::{self, Roster, Seen},
};
use crate::{Services, clock::new_id};
use domain::{
    id::{ConversationId, MemberId},
    inbox::presence::Signal,
    time::Millis,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// Events a slow listener may lag behind before it has to fetch afresh.
const BACKLOG: usize = 1_024;
/// Finds what a lost notification would have told.
const POLL: Duration = Duration::from_secs(2);
/// Events read at a time.
const PAGE: i64 = 500;

/// The hubs of the workspaces that somebody follows.
pub struct Bus {
    hubs: Mutex<HashMap<Uuid, Arc<Hub>>>,
    /// Who is at which conversation.
    roster: Mutex<Roster>,
    /// This process among those that share a database.
    pub(super) process: Uuid,
    /// Workspaces whose news other processes have not been told yet.
    pub(super) outbound: Outbound,
}

impl Default for Bus {
    fn default() -> Self {
        Self { hubs: Mutex::default(), roster: Mutex::default(), process: new_id(), outbound: Outbound::default() }
    }
}

/// What other processes are to be told; drained by [`super::remote`].
#[derive(Default)]
pub(super) struct Outbound {
    /// With a signal: the word for it.
    pub topics: Mutex<HashMap<Topic, Option<String>>>,
    pub wake: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// A workspace has new events.
    Live(Uuid),
    /// There are messages to send.
    Outbox,
    /// There are new deliveries.
    Ingest,
    /// Somebody is at a conversation, or has left it.
    Present { workspace: Uuid, conversation: Uuid, page: Uuid },
}

/// What those who follow a workspace are told.
#[derive(Clone)]
pub(crate) enum News {
    Event(Arc<Stamped>),
    Present(Seen),
}

struct Hub {
    listeners: broadcast::Sender<News>,
    wake: Notify,
}

impl Bus {
    /// A transaction of this workspace was committed, with events up to `seq`.
    pub(crate) fn publish(&self, workspace: Uuid, seq: Option<i64>) {
        if seq.is_some() {
            self.wake(workspace);
            self.tell(Topic::Live(workspace));
        }
    }

    /// A message was queued: the workers of other processes may take it.
    pub(crate) fn queued(&self) {
        self.tell(Topic::Outbox);
    }

    /// A delivery was taken in: the workers of other processes may process it.
    pub(crate) fn received(&self) {
        self.tell(Topic::Ingest);
    }

    fn tell(&self, topic: Topic) {
        self.tell_word(topic, None);
    }

    fn tell_word(&self, topic: Topic, word: Option<String>) {
        self.outbound.topics.lock().unwrap_or_else(PoisonError::into_inner).insert(topic, word);
        self.outbound.wake.notify_one();
    }

    /// Somebody says in this process what they do at a conversation.
    pub(super) fn present(&self, workspace: Uuid, seen: Seen, now: Millis) {
        let tells = {
            let mut roster = self.roster();
            roster.note(workspace, seen.signal, now);
            roster.tells(seen.signal, now)
        };
        if tells {
            self.tell_word(presence::topic(workspace, &seen), Some(presence::word(self.process, workspace, &seen)));
            self.hand_on(workspace, seen);
        }
    }

    /// Somebody said so in another process.
    pub(super) fn present_elsewhere(&self, workspace: Uuid, seen: Seen, now: Millis) {
        self.roster().note(workspace, seen.signal, now);
        self.hand_on(workspace, seen);
    }

    fn hand_on(&self, workspace: Uuid, seen: Seen) {
        if let Some(hub) = self.hubs().get(&workspace) {
            // Nobody listens any more: then there is nobody to tell.
            let _ = hub.listeners.send(News::Present(seen));
        }
    }

    /// What others than `me` do at a conversation.
    pub(super) fn others(&self, workspace: Uuid, id: ConversationId, me: MemberId, now: Millis) -> Vec<Signal> {
        self.roster().others(workspace, id, me, now)
    }

    /// Members who are at any conversation.
    pub(crate) fn here(&self, workspace: Uuid, now: Millis) -> HashSet<MemberId> {
        self.roster().here(workspace, now)
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There may be new events of this workspace.
    pub(super) fn wake(&self, workspace: Uuid) {
        if let Some(hub) = self.hubs().get(&workspace) {
            hub.wake.notify_one();
        }
    }

    /// Follows a workspace from event `since` on; starts its hub if nobody did before.
    pub(crate) fn follow(&self, services: &Services, workspace: Uuid, since: i64) -> broadcast::Receiver<News> {
        let mut hubs = self.hubs();
        if let Some(hub) = hubs.get(&workspace) {
            return hub.listeners.subscribe();
        }
        let (listeners, receiver) = broadcast::channel(BACKLOG);
        let hub = Arc::new(Hub { listeners, wake: Notify::new() });
        hubs.insert(workspace, hub.clone());
        tokio::spawn(run(services.clone(), workspace, hub, since));
        receiver
    }

    fn hubs(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Hub>>> {
        self.hubs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a hub that nobody follows any more.
    fn retire(&self, workspace: Uuid, hub: &Hub) -> bool {
        let mut hubs = self.hubs();
        let idle = hub.listeners.receiver_count() == 0;
        if idle {
            hubs.remove(&workspace);
        }
        idle
    }
}

/// Reads a workspace's new events once and hands them to everybody who follows.
async fn run(services: Services, workspace: Uuid, hub: Arc<Hub>, mut last: i64) {
    loop {
        match forward(&services, workspace, &hub, last).await {
            Ok(seq) => last = seq,
            Err(error) => tracing::error!(%error, %workspace, "events cannot be read; trying again"),
        }
        let _ = tokio::time::timeout(POLL, hub.wake.notified()).await;
        if services.bus().retire(workspace, &hub) {
            return;
        }
    }
}

async fn forward(services: &Services, workspace: Uuid, hub: &Hub, mut last: i64) -> crate::Result<i64> {
    let mut read = services.db().read().await?;
    loop {
        let news = newer(read.conn(), workspace, last, PAGE).await?;
        let Some(looked_at) = news.last else { return Ok(last) };
        for event in news.events {
            let _ = hub.listeners.send(News::Event(Arc::new(event)));
        }
        // Also past those that cannot be read: however many there are, what follows them is told.
        last = looked_at;
    }
}

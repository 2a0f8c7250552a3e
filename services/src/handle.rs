use crate::{
    accounts::Passwords,
    audit::{ChainEnds, Seen},
    clock::{Clock, new_id},
    db::Db,
    ingest::Journal,
    jobs::Wakes,
    limits::Limits,
    live::Bus,
    mail::Mailer,
    media::{self, Store},
    push::Road,
    queues::Tally,
    send::{CONFIRMED_WITHIN, Graph},
    tokens::Watch,
    vault::{MetaApp, Vault},
};
use domain::{plan::Plan, time::Millis};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// What the process is given besides its database.
pub struct Options {
    pub clock: Clock,
    pub vault: Vault,
    pub graph: Graph,
    /// Without one nothing is mailed, and links are handed over by people.
    pub mailer: Option<Mailer>,
}

/// The handle that every door holds. Cloning is cheap.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    vault: Vault,
    graph: Graph,
    bus: Arc<Bus>,
    wakes: Wakes,
    journal: Journal,
    passwords: Passwords,
    mailer: Option<Mailer>,
    watch: Watch,
    seen: Seen,
    chain_ends: ChainEnds,
    limits: Limits,
    tally: Tally,
    /// Apart: whoever asks for a block holds a connection of the other pool meanwhile.
    lease_pool: Option<PgPool>,
    default_plan: OnceLock<Plan>,
    confirmed_within: OnceLock<Millis>,
    meta_app: OnceLock<MetaApp>,
    media: OnceLock<Store>,
    media_hosts: OnceLock<Vec<String>>,
    media_client: OnceLock<Option<reqwest::Client>>,
    push: OnceLock<Road>,
}

impl Services {
    /// Starts the journal's writer; workers are started apart, see [`crate::jobs`]. Must be called within tokio.
    pub fn new(db: Db, options: Options) -> Self {
        let wakes = Wakes::default();
        let bus = Arc::new(Bus::default());
        let (limits, lease_pool) = match &db {
            Db::Sqlite(_) => (Limits::new(String::new()), None),
            Db::Postgres(pool) => (Limits::new(new_id().to_string()), Some(lease_pool(pool))),
        };
        let journal = Journal::start(db.clone(), options.clock.clone(), wakes.clone(), bus.clone());
        Self(Arc::new(Inner {
            db,
            clock: options.clock,
            vault: options.vault,
            graph: options.graph,
            bus,
            wakes,
            journal,
            passwords: Passwords::default(),
            watch: Watch::default(),
            seen: Seen::default(),
            chain_ends: ChainEnds::default(),
            mailer: options.mailer,
            limits,
            tally: Tally::default(),
            lease_pool,
            default_plan: OnceLock::new(),
            confirmed_within: OnceLock::new(),
            meta_app: OnceLock::new(),
            media: OnceLock::new(),
            media_hosts: OnceLock::new(),
            media_client: OnceLock::new(),
            push: OnceLock::new(),
        }))
    }

    /// Closes the database, after the journal has let go of it. Workers must have finished.
    pub async fn close(&self) {
        if let Err(error) = crate::vault::flush(self).await {
            tracing::error!(%error, "who opened secrets could not be written");
        }
        self.0.journal.release().await;
        if let Some(pool) = &self.0.lease_pool {
            pool.close().await;
        }
        self.0.db.close().await;
    }

    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Takes webhook bodies and makes them durable.
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.0.graph
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// Wakes the workers of this process.
    pub fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    /// The configured mail server, if any.
    pub fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }

    /// How far this process has sealed the audit chains.
    pub(crate) fn chain_ends(&self) -> &ChainEnds {
        &self.0.chain_ends
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// What this process has seen of API tokens and not yet written down.
    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// What strangers did outside of any workspace and the audit trail does not hold yet.
    pub(crate) fn seen(&self) -> &Seen {
        &self.0.seen
    }

    /// What this process has in hand of each workspace's minute.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// What went through the queues in this process.
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Which plan new workspaces get, instead of Enterprise. Said once, before anything is done.
    pub fn give_new_workspaces(&self, plan: Plan) {
        // Said before: the first word stands.
        let _ = self.0.default_plan.set(plan);
    }

    pub(crate) fn default_plan(&self) -> Plan {
        self.0.default_plan.get().copied().unwrap_or(Plan::Enterprise)
    }

    /// How long a message that Meta did not confirm waits for a status, instead of ten minutes. Said once, before anything is done.
    pub fn give_up_unconfirmed_after(&self, wait: Millis) {
        // Said before: the first word stands.
        let _ = self.0.confirmed_within.set(wait);
    }

    pub(crate) fn confirmed_within(&self) -> Millis {
        self.0.confirmed_within.get().copied().unwrap_or(CONFIRMED_WITHIN)
    }

    /// The app at Meta that renews access tokens. Said once, before anything is done; without it none is renewed.
    pub fn renew_tokens_as(&self, app: MetaApp) {
        // Said before: the first word stands.
        let _ = self.0.meta_app.set(app);
    }

    pub(crate) fn meta_app(&self) -> Option<&MetaApp> {
        self.0.meta_app.get()
    }

    /// Where files are kept, and which hosts they may come from besides Meta's own. Said once, before anything is done; without it
    /// files are kept in memory.
    pub fn keep_files_in(&self, store: Store, hosts: Vec<String>) {
        // Said before: the first word stands.
        let _ = self.0.media.set(store);
        let _ = self.0.media_hosts.set(hosts);
    }

    pub(crate) fn media_store(&self) -> &Store {
        self.0.media.get_or_init(Store::default)
    }

    pub(crate) fn media_hosts(&self) -> &[String] {
        self.0.media_hosts.get().map_or(&[], Vec::as_slice)
    }

    /// What talks to Meta's file servers.
    pub(crate) fn media_client(&self) -> Option<&reqwest::Client> {
        let make = || media::client().inspect_err(|error| tracing::error!(%error, "no client for files")).ok();
        self.0.media_client.get_or_init(make).as_ref()
    }

    /// How browsers are told. Said once, before anything is done; without it none is.
    pub fn push_through(&self, road: Road) {
        // Said before: the first word stands.
        let _ = self.0.push.set(road);
    }

    pub(crate) fn push_road(&self) -> Option<&Road> {
        self.0.push.get()
    }

    pub(crate) fn lease_pool(&self) -> Option<&PgPool> {
        self.0.lease_pool.as_ref()
    }
}

/// One connection, opened when it is first needed.
fn lease_pool(pool: &PgPool) -> PgPool {
    let options = (*pool.connect_options()).clone();
    PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(5)).connect_lazy_with(options)
}

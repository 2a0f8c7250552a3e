mod seen;

use super::{
    check::IN_HAND,
    history::{History, Report, Stop},
    plan::{Fault, Step, Time, World},
};
use crate::{
    graph::Answer,
    meta::{PHONE, WABA, Workers, body, change, entry, put, quiet, stamp, text, value},
    sending::{
        gate::Gate,
        scene::{Scene, another},
    },
    support::{START, TestDb, connect},
};
use domain::{
    id::MessageId,
    plan::Plan,
    time::{DAY, HOUR, MINUTE, Millis, SECOND},
};
use serde_json::json;
use services::{Ctx, Error, Services, clock::new_id, conversations, jobs::Which, limits, numbers, sql};
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};
use uuid::Uuid;

const OPEN: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE direction = 'out'
    AND status IN ('queued', 'retry_queued', 'sending', 'unconfirmed', 'accepted')";
const IN_FLIGHT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE status = 'sending'";
const SENDING: &str = "SELECT id FROM messages WHERE status = 'sending' AND conversation_id = $1";
const READY: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages m JOIN outbox o ON o.message_id = m.id
    WHERE m.status = 'sending' OR m.status IN ('queued', 'retry_queued') AND o.due_at <= $1";
/// Days pass; the customers write again and again.
const WINDOWS: &str = "UPDATE conversations SET window_expires_at = 4000000000000";

/// Another process on the same database; it only sends.
struct Second {
    owner: Ctx,
    workers: Workers,
}

/// Parlance, its Graph, and all that was seen of both.
pub struct System {
    db: TestDb,
    scene: Scene,
    gate: Gate,
    shut: bool,
    second: Option<Second>,
    start: Instant,
    /// When the clock was moved, and how far.
    leaps: Vec<(Instant, Millis)>,
    /// A lane may have changed hands.
    hands: bool,
    /// When and how each message was written.
    written: HashMap<MessageId, (Millis, bool)>,
    stopped: HashSet<usize>,
    reported: HashSet<MessageId>,
    /// Words that customers said.
    said: usize,
    history: History,
}

impl System {
    pub async fn new(engine: &str, world: World) -> Option<Self> {
        let db = match engine {
            "sqlite" => TestDb::sqlite().await,
            _ => TestDb::postgres().await?,
        };
        let mut scene = Scene::with(&db, world.customers(), []).await;
        scene.finish().await;
        let (plan, per_minute, rate) = match world {
            World::Minutes => (Plan::Free, 100, 1),
            World::Trouble => (Plan::Enterprise, 10_000, 20),
            World::Pairs | World::Days => (Plan::Enterprise, 10_000, 80),
        };
        limits::set_plan(&scene.services, &scene.owner.workspace().slug, plan).await.unwrap();
        if world == World::Trouble {
            scene.set("UPDATE numbers SET throughput = 20").await;
        }
        if world != World::Days {
            scene.set("UPDATE workspaces SET warm_up = FALSE").await;
        }
        scene.set(WINDOWS).await;
        let gate = Gate::new(scene.url.trim_start_matches("http://").parse().unwrap());
        let history = History {
            rates: vec![(Duration::ZERO, rate)],
            per_minute,
            warms_up_since: (world == World::Days).then_some(START),
            ..History::default()
        };
        let mut system = Self {
            db,
            scene,
            gate,
            shut: false,
            second: None,
            start: Instant::now(),
            leaps: Vec::new(),
            hands: false,
            written: HashMap::new(),
            stopped: HashSet::new(),
            reported: HashSet::new(),
            said: 0,
            history,
        };
        system.start().await;
        Some(system)
    }

    /// The process with an empty memory.
    async fn start(&mut self) {
        let (services, owner) = self.process().await;
        (self.scene.services, self.scene.owner) = (services, owner);
        self.scene.start();
    }

    async fn process(&self) -> (Services, Ctx) {
        let services = another(&self.db, &self.gate.url(), self.scene.services.clock().clone());
        let owner = &self.scene.owner;
        let owner = services.ctx(owner.user(), &owner.workspace().slug).await.unwrap();
        (services, owner)
    }

    fn watch(&self) -> Duration {
        self.start.elapsed()
    }

    pub async fn step(&mut self, step: Step) {
        match step {
            Step::Send { customer, many, spread, waits, by } => {
                for nth in 0..many {
                    let to = if spread { (customer + nth) % self.scene.conversations.len() } else { customer };
                    self.send(to, waits, by).await;
                }
            }
            Step::Faults(faults) => self.scene.graph.script(faults.into_iter().map(answer)),
            Step::Pass(time) => {
                self.report(|answer| matches!(answer, Answer::RefuseTaken(_, 131_000))).await;
                self.leave().await;
                self.pass(time);
            }
            Step::Rest => self.rest(Duration::from_millis(1_200)).await,
            Step::Kill => {
                self.hands = true;
                self.scene.kill();
                // Its tasks end where they wait next.
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.start().await;
            }
            Step::End => {
                self.hands = true;
                self.scene.finish().await;
                self.start().await;
            }
            Step::Second { dies } => self.second(dies).await,
            Step::Connect => self.connect().await,
            Step::Report => self.report(|_| true).await,
            Step::Stop(customer) => self.stop(customer).await,
            Step::Gate if self.shut => {
                self.gate.open();
                self.shut = false;
            }
            Step::Gate => {
                self.gate.shut().await;
                self.shut = true;
            }
        }
        // Slots go by the clock on the wall, which nobody moves: some of what was asked for happens before the next step, some after.
        tokio::time::sleep(Duration::from_millis(25)).await;
    }

    async fn send(&mut self, customer: usize, waits: bool, by: usize) {
        let second = self.second.as_ref().filter(|_| by == 1).map(|second| &second.owner);
        let owner = second.unwrap_or(&self.scene.owner).clone();
        let owner = if waits { owner.waiting() } else { owner };
        let (key, now) = (MessageId(new_id()), self.scene.now());
        let to = self.scene.conversations[customer];
        let stopped = self.stopped.contains(&customer);
        match conversations::reply(&owner, to, key, "hi").await {
            Ok(message) => {
                assert!(!stopped, "the customer wants nothing");
                self.history.admitted.push(message.id);
                self.written.insert(message.id, (now, waits));
            }
            Err(Error::Limited(_)) => {}
            Err(Error::Domain(domain::Error::OptedOut)) => assert!(stopped, "the customer wants to be written to"),
            Err(error) => panic!("{error}"),
        }
    }

    fn pass(&mut self, time: Time) {
        let now = self.scene.now();
        let border = |length: Millis, reaches: bool| length - now.rem_euclid(length) - Millis::from(!reaches);
        let by = match time {
            Time::By(by) => by,
            Time::Minute(reaches) => border(MINUTE, reaches),
            Time::Day(reaches) => border(DAY, reaches),
        };
        self.history.leaps.push((self.watch(), now));
        self.scene.pass(by);
        self.leaps.push((Instant::now(), by));
    }

    /// Until what is in hand has left. Before the clock is moved, since slots go by the watch, leases by the clock.
    async fn leave(&self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(600) && self.scene.count(IN_FLIGHT).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn ready(&self) -> i64 {
        let mut read = self.scene.services.db().read().await.unwrap();
        sql!(scalar i64, read.conn(), READY, self.scene.now()).unwrap()
    }

    /// Until what may be sent has been sent, or nothing has moved for a while.
    async fn rest(&self, most: Duration) {
        let start = Instant::now();
        let (mut seen, mut moved) = (self.scene.graph.seen().len(), start);
        while start.elapsed() < most && self.ready().await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = self.scene.graph.seen().len();
            if now > seen {
                (seen, moved) = (now, Instant::now());
            } else if moved.elapsed() > Duration::from_millis(250) {
                return;
            }
        }
    }

    async fn second(&mut self, dies: bool) {
        if self.db.db.engine() == "sqlite" {
            return;
        }
        self.hands = true;
        match self.second.take() {
            Some(second) if dies => drop(second),
            Some(second) => second.workers.finish().await,
            None => {
                let (services, owner) = self.process().await;
                let workers = Workers::only(&services, Which { ingest: false, outbox: true });
                self.second = Some(Second { owner, workers });
            }
        }
    }

    async fn connect(&mut self) {
        let began = self.watch();
        let slug = &self.scene.owner.workspace().slug;
        numbers::connect(&self.scene.services, slug, connect(PHONE, "new")).await.unwrap();
        self.history.connects.push((began, self.watch()));
    }

    /// Statuses of what was taken and was answered so; of what nothing shall be heard, none.
    async fn report(&mut self, which: impl Fn(&Answer) -> bool) {
        let seen = self.scene.graph.seen();
        let mut ids: Vec<MessageId> = Vec::new();
        let mut late = false;
        for seen in seen.iter().filter(|seen| seen.taken && !matches!(seen.answer, Answer::Garbage)) {
            let id = seen.message.parse().unwrap();
            if which(&seen.answer) && self.reported.insert(id) {
                late |= matches!(seen.answer, Answer::RefuseTaken(..));
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return;
        }
        let statuses = ids.iter().map(|id| {
            json!({"id": format!("wamid.{id}"), "status": "delivered", "timestamp": stamp(0),
                "biz_opaque_callback_data": id.to_string()})
        });
        let statuses = value(PHONE, vec![], statuses.collect());
        put(&self.scene.services, body(vec![entry(WABA, vec![change(statuses)])])).await;
        quiet(&self.scene.services).await;
        let watch = self.watch();
        self.history.reports.extend(ids.into_iter().map(|message| Report { message, watch }));
        if late {
            // What had been claimed by then leaves; from here on the report counts.
            tokio::time::sleep(IN_HAND).await;
        }
    }

    async fn stop(&mut self, customer: usize) {
        let again = self.stopped.contains(&customer);
        if again {
            // Of what is said in one second, STOP counts.
            self.leave().await;
            self.pass(Time::By(SECOND));
        }
        self.said += 1;
        let from = format!("49151{customer:08}");
        let mut message = text(&from, &format!("wamid.said{}", self.said), if again { "START" } else { "STOP" });
        message["timestamp"] = json!((self.scene.now() / SECOND).to_string());
        put(&self.scene.services, body(vec![entry(WABA, vec![change(value(PHONE, vec![message], vec![]))])])).await;
        quiet(&self.scene.services).await;
        self.scene.set(WINDOWS).await;
        if again {
            self.stopped.remove(&customer);
            return;
        }
        self.stopped.insert(customer);
        // In this order: what leaves in between is in both.
        let in_hand = {
            let mut read = self.scene.services.db().read().await.unwrap();
            sql!(scalars Uuid, read.conn(), SENDING, self.scene.conversations[customer].0).unwrap()
        };
        let seen = self.scene.graph.seen().len();
        let in_hand = in_hand.into_iter().map(MessageId).collect();
        self.history.stops.push(Stop { customer, admitted: self.history.admitted.len(), seen, in_hand });
    }

    /// In quiet times everything comes to its end.
    pub async fn calm_down(&mut self) {
        self.scene.graph.calm();
        self.gate.open();
        self.history.rates.push((self.watch(), 80));
        limits::set_plan(&self.scene.services, &self.scene.owner.workspace().slug, Plan::Enterprise).await.unwrap();
        self.scene.set("UPDATE numbers SET throughput = NULL").await;
        for round in 0.. {
            assert!(round < 40, "{} messages come to no end", self.scene.count(OPEN).await);
            self.connect().await;
            self.scene.services.wakes().wake_outbox();
            self.rest(Duration::from_secs(6)).await;
            self.report(|_| true).await;
            if self.scene.count(OPEN).await == 0 {
                break;
            }
            self.leave().await;
            self.pass(Time::By(if round < 6 { HOUR } else { 12 * HOUR }));
        }
        if let Some(second) = self.second.take() {
            second.workers.finish().await;
        }
        self.scene.finish().await;
    }
}

fn answer(fault: Fault) -> Answer {
    match fault {
        Fault::Throttled => Answer::Refuse(429, 130_429),
        Fault::Pair => Answer::Refuse(400, 131_056),
        Fault::Refused => Answer::Refuse(500, 131_000),
        Fault::RefusedTaken => Answer::RefuseTaken(500, 131_000),
        Fault::RefusedTakenLate => Answer::RefuseTaken(500, 131_016),
        Fault::Lost => Answer::Break(false),
        Fault::LostTaken => Answer::Break(true),
        Fault::LostSilent => Answer::Garbage,
        Fault::Token => Answer::Refuse(401, 190),
        Fault::Permanent => Answer::Refuse(400, 131_026),
        Fault::Slow => Answer::Slow(40),
    }
}

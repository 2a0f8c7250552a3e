//! Whatever happens in whatever order: nothing is lost, nothing is sent twice that did not lose its answer, no second holds more
//! than the rate, and a conversation keeps its order.

use super::scene::{Scene, busiest};
use crate::{
    graph::{Answer, Seen},
    meta::PHONE,
    support::{TestDb, connect},
};
use domain::{
    id::MessageId,
    message::Status,
    time::{HOUR, MINUTE, Millis, SECOND},
};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use services::numbers;
use std::{collections::HashMap, time::Duration};
use tokio::runtime::Runtime;

const CUSTOMERS: usize = 3;
const RATE: usize = 20;
/// Later messages wait this long for one whose outcome is open.
const WAITS: Millis = 30 * SECOND;

#[derive(Clone, Copy, Debug)]
enum Fault {
    Throttled,
    Pair,
    Refused,
    /// Meta says no and has taken it; its statuses come at once.
    RefusedTaken,
    Lost,
    LostTaken,
    Token,
    Permanent,
    Slow,
}

#[derive(Clone, Debug)]
enum Step {
    Send { customer: usize, many: usize },
    Fault(Vec<Fault>),
    Pass(Millis),
    Kill,
    End,
    Connect,
    Report,
}

/// What happened so far, as far as it decides what makes sense next.
#[derive(Clone, Debug)]
struct Plan {
    sent: usize,
    restarts: usize,
}

struct Model;

impl ReferenceStateMachine for Model {
    type State = Plan;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Plan> {
        Just(Plan { sent: 0, restarts: 0 }).boxed()
    }

    fn transitions(_: &Plan) -> BoxedStrategy<Step> {
        let fault = prop_oneof![
            2 => Just(Fault::Throttled),
            1 => Just(Fault::Pair),
            3 => Just(Fault::Refused),
            2 => Just(Fault::RefusedTaken),
            2 => Just(Fault::Lost),
            2 => Just(Fault::LostTaken),
            1 => Just(Fault::Token),
            1 => Just(Fault::Permanent),
            2 => Just(Fault::Slow),
        ];
        let pass = prop_oneof![
            Just(SECOND),
            Just(6 * SECOND),
            Just(31 * SECOND),
            Just(3 * MINUTE),
            Just(11 * MINUTE),
            Just(HOUR),
        ];
        prop_oneof![
            6 => (0..CUSTOMERS, 1_usize..4).prop_map(|(customer, many)| Step::Send { customer, many }),
            4 => proptest::collection::vec(fault, 1..4).prop_map(Step::Fault),
            5 => pass.prop_map(Step::Pass),
            1 => Just(Step::Kill),
            1 => Just(Step::End),
            1 => Just(Step::Connect),
            1 => Just(Step::Report),
        ]
        .boxed()
    }

    fn preconditions(plan: &Plan, step: &Step) -> bool {
        match step {
            Step::Send { .. } => plan.sent < 24,
            // Each costs a second of real time.
            Step::Kill | Step::End => plan.restarts < 3,
            _ => true,
        }
    }

    fn apply(mut plan: Plan, step: &Step) -> Plan {
        match step {
            Step::Send { many, .. } => plan.sent += many,
            Step::Kill | Step::End => plan.restarts += 1,
            _ => {}
        }
        plan
    }
}

struct System {
    runtime: Runtime,
    scene: Scene,
    /// Per customer, in the order of writing.
    written: Vec<Vec<MessageId>>,
    /// Requests whose statuses have come.
    reported: usize,
    #[expect(dead_code, reason = "held until the test ends")]
    db: TestDb,
}

impl System {
    fn new(engine: &str) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (db, scene) = runtime.block_on(async {
            let db = match engine {
                "sqlite" => TestDb::sqlite().await,
                _ => TestDb::postgres().await?,
            };
            let scene = Scene::with(&db, CUSTOMERS, []).await;
            scene.set("UPDATE numbers SET throughput = 20").await;
            // Days pass; the customers write again and again.
            scene.set("UPDATE conversations SET window_expires_at = 4000000000000").await;
            Some((db, scene))
        })?;
        Some(Self { runtime, scene, written: vec![Vec::new(); CUSTOMERS], reported: 0, db })
    }

    async fn step(scene: &mut Scene, written: &mut [Vec<MessageId>], reported: &mut usize, step: Step) {
        match step {
            Step::Send { customer, many } => {
                for n in 0..many {
                    written[customer].push(scene.reply_to(customer, &format!("{n}")).await);
                }
            }
            Step::Fault(faults) => scene.graph.script(faults.into_iter().map(|fault| match fault {
                Fault::Throttled => Answer::Refuse(429, 130_429),
                Fault::Pair => Answer::Refuse(400, 131_056),
                Fault::Refused => Answer::Refuse(500, 131_000),
                Fault::RefusedTaken => Answer::RefuseTaken(500, 131_000),
                Fault::Lost => Answer::Break(false),
                Fault::LostTaken => Answer::Break(true),
                Fault::Token => Answer::Refuse(401, 190),
                Fault::Permanent => Answer::Refuse(400, 131_026),
                Fault::Slow => Answer::Slow(40),
            })),
            Step::Pass(time) => scene.pass(time),
            Step::Kill => {
                scene.kill();
                scene.start();
            }
            Step::End => {
                scene.finish().await;
                scene.start();
            }
            Step::Connect => {
                let slug = &scene.owner.workspace().slug;
                numbers::connect(&scene.services, slug, connect(PHONE, "new")).await.unwrap();
            }
            Step::Report => report(scene, reported).await,
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        // Meta's word about what it took although it said no comes within the five seconds.
        let seen = scene.graph.seen();
        if seen[*reported..].iter().any(|seen| seen.taken) {
            report(scene, reported).await;
        }
    }

    /// In quiet times everything comes to its end.
    async fn calm_down(&mut self) {
        let Self { scene, reported, .. } = self;
        scene.graph.calm();
        let slug = scene.owner.workspace().slug.clone();
        let open = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE direction = 'out'
            AND status IN ('queued', 'retry_queued', 'sending', 'unconfirmed', 'accepted')";
        for round in 0.. {
            assert!(round < 60, "{} messages come to no end", scene.count(open).await);
            numbers::connect(&scene.services, &slug, connect(PHONE, "new")).await.unwrap();
            let pause = Duration::from_millis(if round == 0 { 1_500 } else { 150 });
            tokio::time::sleep(pause).await;
            report(scene, reported).await;
            if scene.count(open).await == 0 {
                return;
            }
            scene.pass(HOUR);
        }
    }

    async fn check(&self) {
        let seen = self.scene.graph.seen();
        let times: Vec<_> = seen.iter().map(|seen| seen.at).collect();
        assert!(busiest(&times) <= RATE, "{} in a second", busiest(&times));
        let mut of: HashMap<&str, Vec<(usize, &Seen)>> = HashMap::new();
        for (at, seen) in seen.iter().enumerate() {
            of.entry(seen.message.as_str()).or_default().push((at, seen));
        }
        for written in &self.written {
            for (nth, id) in written.iter().enumerate() {
                let message = self.scene.message(*id).await;
                let text = id.to_string();
                let requests = of.get(text.as_str()).map_or(&[][..], Vec::as_slice);
                let taken = requests.iter().filter(|(_, seen)| seen.taken).count();
                assert!(taken <= 1, "sent {taken} times: {message:?}");
                match message.status {
                    Status::Delivered => assert_eq!(taken, 1, "{message:?}"),
                    Status::Failed | Status::Dead => {
                        assert!(message.error.is_some(), "{message:?}");
                        assert_eq!(taken, 0, "it was delivered: {message:?}");
                    }
                    other => panic!("{other:?} is no end: {message:?}"),
                }
                let Some((_, first)) = requests.first() else { continue };
                for later in &written[nth + 1..] {
                    let later = later.to_string();
                    let Some((passed, overtaker)) = of.get(later.as_str()).and_then(|all| all.first()) else {
                        continue;
                    };
                    if requests.iter().any(|(at, _)| at > passed) {
                        let waited = overtaker.clock - first.clock;
                        assert!(waited >= WAITS, "passed after {waited} ms: {message:?}");
                    }
                }
            }
        }
    }
}

/// Statuses of everything that was taken since.
async fn report(scene: &Scene, reported: &mut usize) {
    let seen = scene.graph.seen();
    for seen in &seen[*reported..] {
        if seen.taken {
            scene.report(seen.message.parse().unwrap(), "delivered", None).await;
        }
    }
    *reported = seen.len();
}

struct OnSqlite;
struct OnPostgres;

macro_rules! on_engine {
    ($test:ident, $engine:literal) => {
        impl StateMachineTest for $test {
            type SystemUnderTest = Option<System>;
            type Reference = Model;

            fn init_test(_: &Plan) -> Option<System> {
                System::new($engine)
            }

            fn apply(system: Option<System>, _: &Plan, step: Step) -> Option<System> {
                let mut system = system?;
                let System { runtime, scene, written, reported, .. } = &mut system;
                runtime.block_on(System::step(scene, written, reported, step));
                Some(system)
            }

            fn teardown(system: Option<System>, _: Plan) {
                let Some(mut system) = system else { return };
                let runtime = tokio::runtime::Handle::clone(system.runtime.handle());
                runtime.block_on(async {
                    system.calm_down().await;
                    system.check().await;
                    system.scene.finish().await;
                });
            }
        }
    };
}

on_engine!(OnSqlite, "sqlite");
on_engine!(OnPostgres, "postgres");

proptest_state_machine::prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_sqlite(sequential 6..24 => OnSqlite);
}

proptest_state_machine::prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_postgres(sequential 6..24 => OnPostgres);
}

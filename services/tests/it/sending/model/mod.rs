//! Whatever happens in whatever order: no limit is exceeded, nothing is lost, nothing is sent twice, and a conversation keeps
//! its order but for the thirty seconds that later messages wait.
//!
//! [`plan`] makes up what happens, [`system`] does it to Parlance and to a fake Graph, and [`check`] judges what was seen. The
//! clock is moved; only the pace within a second goes by the watch, as it does in the product. `PROPTEST_CASES=200` runs more.

mod bad;
mod check;
mod history;
mod limits;
mod plan;
mod system;

use plan::{Plan, Step, World};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use system::System;
use tokio::runtime::Runtime;

fn config(cases: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: wanted.unwrap_or(cases),
        max_shrink_iters: 20,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

struct Running {
    runtime: Runtime,
    system: System,
}

impl Running {
    /// Nothing where there is no such engine.
    fn new(engine: &str, world: World) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let system = runtime.block_on(System::new(engine, world))?;
        Some(Self { runtime, system })
    }
}

macro_rules! in_world {
    ($name:ident, $world:expr, $steps:expr, $sqlite:literal, $postgres:literal) => {
        mod $name {
            use super::*;

            struct Model;

            impl ReferenceStateMachine for Model {
                type State = Plan;
                type Transition = Step;

                fn init_state() -> BoxedStrategy<Plan> {
                    Just(Plan::new($world)).boxed()
                }

                fn transitions(plan: &Plan) -> BoxedStrategy<Step> {
                    plan.transitions()
                }

                fn preconditions(plan: &Plan, step: &Step) -> bool {
                    plan.allows(step)
                }

                fn apply(plan: Plan, step: &Step) -> Plan {
                    plan.after(step)
                }
            }

            in_world!(@engine OnSqlite, sqlite, "sqlite", $steps, $sqlite);
            in_world!(@engine OnPostgres, postgres, "postgres", $steps, $postgres);
        }
    };
    (@engine $test:ident, $name:ident, $engine:literal, $steps:expr, $cases:literal) => {
        struct $test;

        impl StateMachineTest for $test {
            type SystemUnderTest = Option<Running>;
            type Reference = Model;

            fn init_test(plan: &Plan) -> Option<Running> {
                Running::new($engine, plan.world)
            }

            fn apply(running: Option<Running>, _: &Plan, step: Step) -> Option<Running> {
                let mut running = running?;
                running.runtime.block_on(running.system.step(step));
                Some(running)
            }

            fn teardown(running: Option<Running>, _: Plan) {
                let Some(Running { runtime, mut system }) = running else { return };
                runtime.block_on(async {
                    system.calm_down().await;
                    system.check().await;
                });
            }
        }

        proptest_state_machine::prop_state_machine! {
            #![proptest_config(config($cases))]

            #[test]
            fn $name(sequential $steps => $test);
        }
    };
}

in_world!(trouble, World::Trouble, 14..34, 6, 3);
in_world!(pairs, World::Pairs, 6..14, 2, 1);
in_world!(days, World::Days, 8..16, 2, 1);
in_world!(minutes, World::Minutes, 8..16, 2, 1);

//! How fast deliveries are acknowledged, and how that compares with a route that only checks signatures.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use serde::Serialize;

use super::{ByEngine, Plan};
use crate::{
    engine::Engine,
    figures::{self, percentile},
    floor::Floor,
    load::{Load, Pace},
    meta::{Requests, chatter},
    world::World,
};

#[derive(Serialize)]
struct FloorLine {
    bench: &'static str,
    engine: &'static str,
    per_second: u64,
    p50_ms: f64,
    p99_ms: f64,
}

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    per_second: u64,
    ratio_to_floor: f64,
    p50_ms: f64,
    p99_ms: f64,
}

struct Stretch {
    per_second: f64,
    p50: f64,
    p99: f64,
    /// Processor time of the generator, in microseconds a delivery.
    cost: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let (mut floors, mut acks) = (ByEngine::new(), ByEngine::new());
    for (round, engine) in plan.turns() {
        let (floor, ack) = once(plan, engine).await?;
        let ratio = ack.per_second / floor.per_second;
        eprintln!(
            "ack {} {round}: floor {:.0}/s (p99 {:.2} ms), ack {:.0}/s (p99 {:.2} ms), ratio {ratio:.3}; \
             the generator used {:.1} and {:.1} us a delivery",
            engine.name(),
            floor.per_second,
            floor.p99,
            ack.per_second,
            ack.p99,
            floor.cost,
            ack.cost
        );
        floors.push(engine, floor);
        acks.push(engine, (ack, ratio));
    }
    for engine in plan.target.engines() {
        figures::print(&FloorLine {
            bench: "floor",
            engine: engine.name(),
            per_second: figures::whole(floors.median(engine, |floor| floor.per_second, 0)),
            p50_ms: floors.median(engine, |floor| floor.p50, 3),
            p99_ms: floors.median(engine, |floor| floor.p99, 3),
        })?;
        figures::print(&Line {
            bench: "ack",
            engine: engine.name(),
            per_second: figures::whole(acks.median(engine, |(ack, _)| ack.per_second, 0)),
            ratio_to_floor: acks.median(engine, |(_, ratio)| *ratio, 3),
            p50_ms: acks.median(engine, |(ack, _)| ack.p50, 3),
            p99_ms: acks.median(engine, |(ack, _)| ack.p99, 3),
        })?;
    }
    Ok(())
}

/// The floor, then the server, with the very same requests.
async fn once(plan: &Plan, engine: Engine) -> Result<(Stretch, Stretch)> {
    let scale = plan.scale;
    let world = World::new(&plan.target, engine, 1).await?;
    let (signer, numbers) = (world.signer(), world.numbers());
    let build = |run, count| Arc::new(Requests::texts(&signer, &numbers, run, count, scale.contacts, chatter));
    let (warm, measured) = (build(1, scale.ack_requests / 20), build(2, scale.ack_requests));
    let flood = |addr, requests: &Arc<Requests>| {
        let (requests, pace) = (requests.clone(), Pace::Flood(scale.ack_time));
        Load { addr, requests, connections: scale.connections, pace }.run()
    };

    let floor = {
        let server = Floor::start(&world.secret).await?;
        flood(server.addr, &warm).await?;
        stretch(flood(server.addr, &measured).await?)
    };
    let server = world.start(false).await?;
    flood(world.addr, &warm).await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ack = stretch(flood(world.addr, &measured).await?);
    server.stop().await?;
    world.end().await?;
    Ok((floor, ack))
}

fn stretch(done: crate::load::Done) -> Stretch {
    let sorted = done.sorted();
    Stretch {
        per_second: done.per_second(),
        p50: percentile(&sorted, 0.5),
        p99: percentile(&sorted, 0.99),
        cost: done.cpu.as_secs_f64() * 1e6 / sorted.len().max(1) as f64,
    }
}

//! Customers who write, and a Meta that repeats, mixes up and retries.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use simulator::Simulator;
use tokio::time::{sleep, timeout};

use super::book::{Book, Past};
use crate::{
    http::Conn,
    meta::{self, Signer, Text},
    world::World,
};

/// Between two deliveries of one caller, in milliseconds.
const PAUSE: std::ops::Range<u64> = 0..16;
/// After this long Meta takes a delivery for failed.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many of the deliveries that failed are made again; the fate of the others stays open.
const REDELIVERED: f64 = 0.8;

/// Delivers until the book says stop.
pub async fn deliver(world: Arc<World>, book: Arc<Book>, simulator: Simulator, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let signer = world.signer();
    let mut conn = None;
    let mut again = VecDeque::new();
    while !book.stopped() {
        sleep(Duration::from_millis(rng.random_range(PAUSE))).await;
        let delivery = match again.pop_front() {
            Some(delivery) if rng.random_bool(0.5) => delivery,
            Some(delivery) => {
                again.push_back(delivery);
                next(&world, &book, &simulator, &mut rng)
            }
            None => next(&world, &book, &simulator, &mut rng),
        };
        book.posting(&delivery);
        match post(&world, &signer, &mut conn, &delivery.body).await {
            Ok(200) => book.acknowledged(delivery),
            _ => {
                conn = None;
                if rng.random_bool(REDELIVERED) {
                    again.push_back(delivery);
                }
            }
        }
    }
}

async fn post(world: &World, signer: &Signer, conn: &mut Option<Conn>, body: &str) -> Result<u16> {
    let exchange = async {
        let mut open = match conn.take() {
            Some(open) => open,
            None => Conn::open(world.addr).await?,
        };
        let status = open.send(&signer.request(body)).await?.status;
        *conn = Some(open);
        anyhow::Ok(status)
    };
    timeout(PATIENCE, exchange).await?
}

/// What comes next.
fn next(world: &World, book: &Book, simulator: &Simulator, rng: &mut StdRng) -> Past {
    let past = book.past(rng.random());
    match (rng.random_range(0..100), past) {
        // Byte for byte what came before.
        (0..15, Some(past)) => past,
        // The same message in another body: Meta's envelope is never quite the same.
        (15..27, Some(past)) if !past.wamids.is_empty() => {
            let Past { office, contact, mut wamids, .. } = past;
            if rng.random_bool(0.5) {
                wamids.push(book.new_wamid());
            }
            write(world, rng, office, contact, wamids)
        }
        (27..37, _) => status(world, simulator, rng).unwrap_or_else(|| fresh(world, book, rng)),
        _ => fresh(world, book, rng),
    }
}

/// New messages, of somebody new or known, sometimes several at once.
fn fresh(world: &World, book: &Book, rng: &mut StdRng) -> Past {
    let known = book.contacts();
    let contact = if known == 0 || rng.random_bool(0.1) { book.new_contact() } else { rng.random_range(0..known) };
    let count = if rng.random_bool(0.1) { rng.random_range(2..5) } else { 1 };
    let wamids = (0..count).map(|_| book.new_wamid()).collect();
    // A customer writes to one number.
    write(world, rng, contact % world.offices.len(), contact, wamids)
}

fn write(world: &World, rng: &mut StdRng, office: usize, contact: usize, wamids: Vec<String>) -> Past {
    let text = meta::chatter(rng.random_range(0..1_000_000));
    let at = meta::now();
    let texts: Vec<Text<'_>> = wamids.iter().map(|wamid| Text { wamid, contact, at, text: &text }).collect();
    let body = meta::texts(&world.offices[office].number, &texts).into();
    Past { office, contact, wamids, body }
}

/// A status of something that was sent, perhaps older than what is known.
fn status(world: &World, simulator: &Simulator, rng: &mut StdRng) -> Option<Past> {
    let sent = simulator.sent();
    let one = &sent[rng.random::<u64>() as usize % sent.len().max(1)..].first()?;
    let office = world.offices.iter().position(|office| office.number.phone_number_id == one.phone_number_id)?;
    let status = ["sent", "delivered", "read"][rng.random_range(0..3)];
    let to = one.to.trim_start_matches('+');
    let body = meta::status(&world.offices[office].number, &one.wamid, status, to, meta::now()).into();
    Some(Past { office, contact: 0, wamids: Vec::new(), body })
}

//! Colleagues who answer through the plain form.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::book::{Book, Conversation, Reply};
use crate::{
    http::{self, Conn},
    world::World,
};

/// Between two replies of one colleague, in milliseconds.
const PAUSE: std::ops::Range<u64> = 10..80;
const PATIENCE: Duration = Duration::from_secs(15);
/// How many send the form again when no answer came.
const AGAIN: f64 = 0.7;
/// How many click twice.
const TWICE: f64 = 0.1;

/// Answers until the book says stop.
pub async fn answer(world: Arc<World>, book: Arc<Book>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut conn = None;
    while !book.stopped() {
        sleep(Duration::from_millis(rng.random_range(PAUSE))).await;
        let Some(conversation) = book.conversation(rng.random()) else { continue };
        let key = Uuid::now_v7();
        book.replied(key, Reply::Unknown);
        let mut twice = rng.random_bool(TWICE);
        loop {
            match post(&world, &book.cookie(), &mut conn, &conversation, key).await {
                Ok(reply) => {
                    book.replied(key, reply);
                    if reply == Reply::Refused || !std::mem::take(&mut twice) {
                        break;
                    }
                }
                Err(_) => {
                    conn = None;
                    if book.stopped() || !rng.random_bool(AGAIN) {
                        break;
                    }
                    sleep(Duration::from_millis(rng.random_range(PAUSE))).await;
                }
            }
        }
    }
}

/// Sends the form once; an error is no answer.
pub(super) async fn post(
    world: &World,
    cookie: &str,
    conn: &mut Option<Conn>,
    conversation: &Conversation,
    key: Uuid,
) -> Result<Reply> {
    let Conversation { slug, id } = conversation;
    let (path, key) = (format!("/w/{slug}/conversations/{id}/reply"), key.to_string());
    let text = format!("We are looking into it ({key}).");
    let request = http::form(world.addr, &path, Some(cookie), &[("text", &text), ("key", &key)]);
    let exchange = async {
        let mut open = match conn.take() {
            Some(open) => open,
            None => Conn::open(world.addr).await?,
        };
        let answer = open.send(&request).await?;
        // Taken and refused are both answered by a redirect; with a refusal the session changes, because it keeps the reason for
        // the next page.
        let to = answer.header("location").unwrap_or_default();
        let taken = answer.status == 303 && answer.header("set-cookie").is_none() && to.contains(&id.to_string());
        *conn = Some(open);
        anyhow::Ok(if taken { Reply::Answered } else { Reply::Refused })
    };
    timeout(PATIENCE, exchange).await?
}

//! A conversation that is going on: a few customers write in the first minutes, and say thanks when they are answered.

use std::{collections::HashSet, time::Duration};

use simulator::Simulator;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::network::Chat;

/// Seconds after the start, which of the customers, and what they write.
const SCRIPT: &[(u64, &str, &str)] = &[
    (8, "Denise Okafor-Hill", "Perfect, thank you! Could the ribbon be dark green?"),
    (25, "Oliver Whitcombe", "And is there a matching runner for the hall?"),
    (60, "Priya & Dev", "We could also drop by on Saturday and look at the sample in the shop, if that is easier."),
    (120, "Denise Okafor-Hill", "One more: will there be a tracking number?"),
];
/// What customers answer to a reply, in turn; each of them once.
const THANKS: &[&str] = &["Perfect, thank you!", "Great, that helps 🙏", "Wonderful. Thanks for the quick answer!"];
/// After this long the demo is quiet unless people use it.
const GOES_ON: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// From reading a reply to answering it.
const TYPING: i64 = 7_000;

/// Plays the script. It stops for good as soon as a person writes on the phone page: from then on the stage is theirs.
pub async fn run(simulator: Simulator, chats: Vec<Chat>, stopping: CancellationToken) {
    tokio::select! {
        () = play(&simulator, &chats) => {}
        () = stopping.cancelled() => {}
    }
}

async fn play(simulator: &Simulator, chats: &[Chat]) {
    let cast: Vec<&Chat> = chats.iter().filter(|chat| chat.open && is_cast(&chat.customer.name)).collect();
    let started = Instant::now();
    let mut told = 0;
    let mut script = SCRIPT;
    let mut thanked = HashSet::new();
    let mut thanks = THANKS.iter().cycle();
    let already = simulator.sent().len();
    while started.elapsed() < GOES_ON && simulator.counters().inbound == told {
        if let Some(((at, who, text), rest)) = script.split_first()
            && started.elapsed() >= Duration::from_secs(*at)
        {
            script = rest;
            if let Some(chat) = cast.iter().find(|chat| chat.customer.name == *who) {
                told += 1;
                simulator.customer_says(&chat.phone_number_id, chat.customer.clone(), *text).await;
            }
            continue;
        }
        for sent in simulator.sent().iter().skip(already) {
            let Some(chat) = cast.iter().find(|chat| is_to(chat, &sent.phone_number_id, &sent.to)) else { continue };
            if simulator.now() - sent.at > TYPING && thanked.insert(chat.customer.key().to_owned()) {
                told += 1;
                let text = thanks.next().copied().unwrap_or_default();
                simulator.customer_says(&chat.phone_number_id, chat.customer.clone(), text).await;
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

fn is_cast(name: &str) -> bool {
    SCRIPT.iter().any(|(_, who, _)| *who == name)
}

fn is_to(chat: &Chat, phone_number_id: &str, to: &str) -> bool {
    chat.phone_number_id == phone_number_id && chat.customer.key() == to.trim_start_matches('+')
}

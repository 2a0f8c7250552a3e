//! What must hold of every history. Nothing here asks the product: each rule is the issue's, in numbers of its own.

use super::{
    history::{Answered, History, Message, Noted, Report, Request, Stop, Try},
    limits,
};
use domain::{
    id::MessageId,
    message::Status,
    time::{Millis, SECOND},
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Later messages of a conversation wait this long for one whose outcome is open.
const WAITS: Millis = 30 * SECOND;
/// What Meta refused for the moment goes again no sooner: it may have been taken, and the report of that is on its way.
const REFUSED: Millis = 5 * SECOND;
/// What was claimed before something was known has left by then, on the watch.
pub const IN_HAND: Duration = Duration::from_millis(600);

/// Everything that is wrong with it, in words.
pub fn faults(history: &History) -> Vec<String> {
    let mut of: HashMap<MessageId, Vec<&Request>> = HashMap::new();
    for request in &history.requests {
        of.entry(request.message).or_default().push(request);
    }
    let mut faults = Vec::new();
    nothing_is_lost(history, &mut faults);
    for message in &history.messages {
        let requests = of.get(&message.id).map_or(&[][..], Vec::as_slice);
        ended(history, message, requests, &mut faults);
        again(history, message, requests, &mut faults);
    }
    in_order(history, &of, &mut faults);
    stopped(history, &mut faults);
    limits::check(history, &of, &mut faults);
    faults
}

fn nothing_is_lost(history: &History, faults: &mut Vec<String>) {
    let rows: HashSet<MessageId> = history.messages.iter().map(|message| message.id).collect();
    faults.extend(history.admitted.iter().filter(|id| !rows.contains(id)).map(|id| format!("lost: no row of {id}")));
    let strangers = history.requests.iter().filter(|request| !rows.contains(&request.message));
    faults.extend(strangers.map(|request| format!("nobody wrote {}", request.message)));
}

/// It came to an end, and to the right one.
fn ended(history: &History, message: &Message, requests: &[&Request], faults: &mut Vec<String>) {
    let taken = requests.iter().any(|request| request.taken);
    let reported = history.reports.iter().any(|report| report.message == message.id);
    let unclear = message.tries.iter().any(|one| one.noted == Noted::Lost);
    let stopped = history.stops.iter().any(|stop| stop.customer == message.customer);
    let right = match message.status {
        Status::Delivered => taken,
        // Taken, and nothing was ever heard of it.
        Status::Dead => message.error.is_some() && (!taken || (unclear && !reported)),
        Status::Failed => {
            let last = requests.last().map(|request| request.answer);
            message.error.is_some() && !taken && last == Some(Answered::Permanent)
        }
        Status::Cancelled => stopped && message.error.is_some() && (!taken || !reported),
        _ => false,
    };
    if !right {
        faults.push(format!("lost: {:?} is no right end, taken: {taken}: {message:?}", message.status));
    }
}

/// What may follow an answer.
fn again(history: &History, message: &Message, requests: &[&Request], faults: &mut Vec<String>) {
    let mut pairs = 0;
    for two in requests.windows(2) {
        let (one, next) = (two[0], two[1]);
        let gap = next.clock - one.clock;
        pairs = if one.answer == Answered::Pair { pairs + 1 } else { 0 };
        let wrong = match one.answer {
            Answered::Accepted => Some("sent twice: it had been accepted".to_owned()),
            Answered::Lost => Some("sent twice: the answer was lost".to_owned()),
            Answered::Permanent => Some("sent again after a refusal for good".to_owned()),
            Answered::Refused if gap < REFUSED => Some(format!("sent again {gap} ms after a 500")),
            Answered::Refused => {
                let proof = |report: &&Report| report.message == message.id;
                let known = history.reports.iter().filter(proof).any(|report| report.watch + IN_HAND <= next.watch);
                known.then(|| "sent twice: a report had proved it".to_owned())
            }
            Answered::Throttled => (gap < SECOND).then(|| format!("sent again {gap} ms after a 429")),
            Answered::Pair => {
                (gap < pause(pairs)).then(|| format!("sent again {gap} ms after the pair's refusal {pairs}"))
            }
            Answered::Token => {
                let new = |(began, ended): &(Duration, Duration)| *ended + IN_HAND > one.watch && *began < next.watch;
                (!history.connects.iter().any(new)).then(|| "sent again with a token that is dead".to_owned())
            }
        };
        faults.extend(wrong.map(|why| format!("{why}: {message:?}: {one:?} {next:?}")));
    }
}

/// How long a pair is left alone after the refusal `nth` in a row.
pub fn pause(nth: u32) -> Millis {
    SECOND * 4_i64.pow(nth.clamp(1, 7))
}

/// Messages of a conversation begin in the order of writing, but for those that waited long enough for an open outcome.
fn in_order(history: &History, of: &HashMap<MessageId, Vec<&Request>>, faults: &mut Vec<String>) {
    // Their place in the log tells what came before what.
    let places: HashMap<MessageId, (usize, usize)> =
        history.requests.iter().enumerate().fold(HashMap::new(), |mut places, (at, request)| {
            places.entry(request.message).and_modify(|(_, last)| *last = at).or_insert((at, at));
            places
        });
    for (nth, message) in history.messages.iter().enumerate() {
        let Some((_, last)) = places.get(&message.id) else { continue };
        for later in history.messages[nth + 1..].iter().filter(|later| later.customer == message.customer) {
            let Some((first, _)) = places.get(&later.id) else { continue };
            if last < first {
                continue;
            }
            let passed = &history.requests[*first];
            let requests = of.get(&message.id).map_or(&[][..], Vec::as_slice);
            let stalls = |request: &&&Request| matches!(request.answer, Answered::Refused | Answered::Lost);
            let open = requests.iter().filter(stalls).map(|request| request.clock);
            // Graph may have seen it a moment, and a move of the clock, later than it left.
            let stalled = |one: &&Try| matches!(one.noted, Noted::Lost | Noted::Unreached | Noted::Refused);
            let tries = message.tries.iter().filter(stalled);
            let since = open.chain(tries.map(|one| one.started)).filter(|since| *since <= passed.clock).min();
            let waited = since.map(|since| passed.clock - since);
            if waited.is_none_or(|waited| waited < WAITS) {
                faults.push(format!("overtaken after {waited:?} ms: {message:?} by {}", later.id));
            }
        }
    }
}

/// After a STOP nothing more of what was written before it leaves, but what was on its way.
fn stopped(history: &History, faults: &mut Vec<String>) {
    let of: HashMap<MessageId, &Message> = history.messages.iter().map(|message| (message.id, message)).collect();
    for stop in &history.stops {
        let mut in_hand = stop.in_hand.clone();
        for request in history.requests.iter().skip(stop.seen) {
            let Some(message) = of.get(&request.message) else { continue };
            if message.customer != stop.customer || message.own || !history.wrote_before(message, stop) {
                continue;
            }
            match in_hand.iter().position(|id| *id == message.id) {
                Some(at) => drop(in_hand.swap_remove(at)),
                None => faults.push(format!("sent after a STOP: {message:?}")),
            }
        }
    }
}

impl History {
    /// Nobody writes to a customer who has said STOP, so only the moment of it has to be told apart.
    fn wrote_before(&self, message: &Message, stop: &Stop) -> bool {
        let written = self.admitted.iter().position(|id| *id == message.id);
        written.is_some_and(|at| at < stop.admitted)
    }
}

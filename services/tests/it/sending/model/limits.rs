//! The limits, judged by what Graph saw.

use super::{
    check::{IN_HAND, pause},
    history::{Answered, History, Message, Noted, Request},
};
use domain::{
    id::MessageId,
    time::{DAY, MINUTE, Millis, SECOND},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

/// To one customer: so many at once, then one each six seconds.
const BURST: Millis = 45;
const EVERY: Millis = 6 * SECOND;
/// What was counted has left by then, on the watch.
const ON_ITS_WAY: Duration = Duration::from_secs(2);
/// A new number: by its age, what it may send in a UTC day.
const FIRST_DAY: usize = 100;
const FIRST_WEEK: usize = 1_000;
const LATER: usize = 10_000;

pub fn check(history: &History, of: &HashMap<MessageId, Vec<&Request>>, faults: &mut Vec<String>) {
    second(history, faults);
    minutes(history, of, faults);
    days(history, of, faults);
    pairs(history, faults);
}

/// No sliding second holds more than the rate.
fn second(history: &History, faults: &mut Vec<String>) {
    for (nth, first) in history.requests.iter().enumerate() {
        let end = first.at + Duration::from_secs(1);
        let many = history.requests[nth..].iter().take_while(|request| request.at < end).count();
        let rate = history.rates.iter().rfind(|(from, _)| *from <= end).map_or(0, |(_, rate)| *rate);
        if many > rate {
            faults.push(format!("{many} in the second from {:?}, not {rate}", first.at));
            return;
        }
    }
}

/// In which periods a message may have been counted: from when it was written until Graph saw it.
type Span = (i64, i64);

/// A message that does not wait is counted when it is written; one that waits, at the latest when it leaves.
fn span(message: &Message, of: &HashMap<MessageId, Vec<&Request>>) -> Option<(Millis, Millis)> {
    let left = of.get(&message.id).and_then(|requests| requests.first()).map(|request| request.clock);
    match (message.waits, left) {
        (false, _) => Some((message.written, message.written)),
        (true, left) => left.map(|left| (message.written, left)),
    }
}

/// Periods into which more messages must have been counted than they hold, whichever each was counted in (Hall's theorem).
fn overfull(spans: &[Span], limit: impl Fn(i64) -> usize) -> Option<(Span, usize)> {
    let begins: BTreeSet<i64> = spans.iter().map(|(begin, _)| *begin).collect();
    let ends: BTreeSet<i64> = spans.iter().map(|(_, end)| *end).collect();
    for begin in begins {
        for end in ends.range(begin..) {
            let many = spans.iter().filter(|span| span.0 >= begin && span.1 <= *end).count();
            if many > (begin..=*end).map(&limit).sum() {
                return Some(((begin, *end), many));
            }
        }
    }
    None
}

fn minutes(history: &History, of: &HashMap<MessageId, Vec<&Request>>, faults: &mut Vec<String>) {
    let counted = history.messages.iter().filter(|message| !message.own);
    let spans: Vec<Span> = counted
        .filter_map(|m| span(m, of))
        .map(|(from, to)| (from.div_euclid(MINUTE), to.div_euclid(MINUTE)))
        .collect();
    if let Some((minutes, many)) = overfull(&spans, |_| history.per_minute) {
        faults.push(format!("{many} in the minutes {minutes:?}, not {} each", history.per_minute));
    }
}

fn days(history: &History, of: &HashMap<MessageId, Vec<&Request>>, faults: &mut Vec<String>) {
    let Some(since) = history.warms_up_since else { return };
    let spans: Vec<_> = history.messages.iter().filter_map(|m| span(m, of)).collect();
    let at_age = |age: Millis| match age.div_euclid(DAY) {
        ..1 => FIRST_DAY,
        1..7 => FIRST_WEEK,
        _ => LATER,
    };
    let in_days: Vec<Span> = spans.iter().map(|(from, to)| (from.div_euclid(DAY), to.div_euclid(DAY))).collect();
    if let Some((days, many)) = overfull(&in_days, |day| at_age((day + 1) * DAY - 1 - since)) {
        faults.push(format!("{many} in the days {days:?} of a new number"));
    }
    // Within the day in which it grows older there is less before than after.
    let older = since + DAY;
    let midnight = older.div_euclid(DAY) * DAY;
    let early = spans.iter().filter(|(from, to)| *from >= midnight && *to < older).count();
    if early > FIRST_DAY {
        faults.push(format!("{early} on the second day, before the number was a day old"));
    }
}

impl History {
    /// When a request was counted. Of each customer one message may have been on its way when the clock was moved: then what it
    /// showed before. `before` is when the customer's last one was seen.
    fn counted_at(&self, request: &Request, before: Option<Duration>) -> Millis {
        let meanwhile = |(at, _): &&(Duration, Millis)| {
            *at <= request.watch && request.watch < *at + ON_ITS_WAY && before.is_none_or(|before| before < *at)
        };
        self.leaps.iter().find(meanwhile).map_or(request.clock, |(_, clock)| *clock)
    }
}

/// A bucket for each customer, and the pauses that Graph asked for.
fn pairs(history: &History, faults: &mut Vec<String>) {
    let of: HashMap<MessageId, &Message> = history.messages.iter().map(|message| (message.id, message)).collect();
    let mut full_at: BTreeMap<usize, Millis> = BTreeMap::new();
    let mut refusals: HashMap<MessageId, u32> = HashMap::new();
    // Until when a customer is left alone, and since when everybody knows that.
    let mut pauses: BTreeMap<usize, (Millis, Duration)> = BTreeMap::new();
    let mut seen: BTreeMap<usize, Duration> = BTreeMap::new();
    for request in &history.requests {
        let Some(message) = of.get(&request.message) else { continue };
        let before = seen.insert(message.customer, request.watch);
        let bucket = full_at.entry(message.customer).or_default();
        *bucket = (*bucket).max(history.counted_at(request, before)) + EVERY;
        if *bucket - request.clock > BURST * EVERY {
            faults.push(format!("too fast to one customer: {request:?}"));
        }
        if let Some((until, known)) = pauses.get(&message.customer)
            && request.clock < *until
            && request.watch >= *known
        {
            faults.push(format!("in the pause of a pair until {until}: {request:?}"));
        }
        let nth = refusals.entry(request.message).or_default();
        if request.answer != Answered::Pair {
            *nth = 0;
            continue;
        }
        *nth += 1;
        let heard = message
            .tries
            .iter()
            .any(|one| one.noted == Noted::Pair && (one.started..=one.ended).contains(&request.clock));
        if heard {
            let until = request.clock + pause(*nth);
            let pause = pauses.entry(message.customer).or_default();
            *pause = (pause.0.max(until), request.watch + IN_HAND);
        }
    }
}

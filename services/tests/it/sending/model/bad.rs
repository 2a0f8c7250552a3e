//! The checker itself: each kind of bad history is found, and its good neighbour is not blamed.

use super::{
    check::faults,
    history::{Answered, History, Message, Noted, Report, Request, Stop, Try},
};
use domain::{
    id::MessageId,
    message::Status,
    time::{DAY, HOUR, MINUTE, Millis, SECOND},
};
use std::time::Duration;
use uuid::Uuid;

/// 2027-01-15 08:00 UTC.
const START: Millis = 1_800_000_000_000;

fn id(nth: u128) -> MessageId {
    MessageId(Uuid::from_u128(nth))
}

/// Where 80 a second and 100 a minute are allowed.
fn empty() -> History {
    History { rates: vec![(Duration::ZERO, 80)], per_minute: 100, ..History::default() }
}

impl History {
    /// Written to a customer after so many milliseconds, and delivered in the end.
    fn write(&mut self, nth: u128, customer: usize, after: Millis) -> &mut Message {
        let written = START + after;
        self.admitted.push(id(nth));
        self.messages.push(Message {
            id: id(nth),
            customer,
            written,
            waits: false,
            own: false,
            status: Status::Delivered,
            error: None,
            tries: Vec::new(),
        });
        self.messages.last_mut().unwrap()
    }

    /// Seen by Graph after so many milliseconds.
    fn seen(&mut self, nth: u128, after: Millis, answer: Answered) -> &mut Request {
        let at = Duration::from_millis(u64::try_from(after).unwrap());
        let taken = answer == Answered::Accepted;
        self.requests.push(Request { message: id(nth), at, watch: at, clock: START + after, answer, taken });
        self.requests.last_mut().unwrap()
    }

    fn sent(&mut self, nth: u128, customer: usize, after: Millis) {
        self.write(nth, customer, after);
        self.seen(nth, after, Answered::Accepted);
    }

    fn message(&mut self, nth: u128) -> &mut Message {
        self.messages.iter_mut().find(|message| message.id == id(nth)).unwrap()
    }

    fn reported(&mut self, nth: u128, after: u64) {
        self.reports.push(Report { message: id(nth), watch: Duration::from_millis(after) });
    }

    fn noted(&mut self, nth: u128, after: Millis, noted: Noted) {
        let started = START + after;
        self.message(nth).tries.push(Try { started, ended: started, noted });
    }
}

#[track_caller]
fn good(history: &History) {
    assert_eq!(faults(history), Vec::<String>::new());
}

#[track_caller]
fn bad(history: &History, says: &str) {
    let faults = faults(history);
    assert!(faults.iter().any(|fault| fault.contains(says)), "not found: {says}: {faults:?}");
}

#[test]
fn a_lost_message() {
    let mut history = empty();
    history.sent(1, 0, 0);
    good(&history);
    history.admitted.push(id(2));
    bad(&history, "no row");
    for status in [Status::Queued, Status::RetryQueued, Status::Sending, Status::Unconfirmed, Status::Accepted] {
        let mut history = empty();
        history.sent(1, 0, 0);
        history.message(1).status = status;
        bad(&history, "no right end");
    }
}

#[test]
fn a_wrong_end() {
    let mut history = empty();
    history.write(1, 0, 0);
    bad(&history, "no right end");
    for status in [Status::Failed, Status::Dead, Status::Cancelled] {
        let mut history = empty();
        history.sent(1, 0, 0);
        (history.message(1).status, history.message(1).error) = (status, Some("why".to_owned()));
        bad(&history, "no right end");
    }
    let mut history = empty();
    history.write(1, 0, 0).status = Status::Dead;
    bad(&history, "no right end");
    history.message(1).error = Some("why".to_owned());
    good(&history);
}

#[test]
fn a_dead_one_that_was_reported() {
    let mut history = empty();
    (history.write(1, 0, 0).status, history.message(1).error) = (Status::Dead, Some("never confirmed".to_owned()));
    history.seen(1, 0, Answered::Lost).taken = true;
    bad(&history, "no right end");
    history.noted(1, 0, Noted::Lost);
    good(&history);
    history.reported(1, 1_000);
    bad(&history, "no right end");
}

#[test]
fn a_double() {
    for (answer, says) in [
        (Answered::Accepted, "had been accepted"),
        (Answered::Lost, "the answer was lost"),
        (Answered::Permanent, "a refusal for good"),
        (Answered::Token, "a token that is dead"),
    ] {
        let mut history = empty();
        history.write(1, 0, 0);
        history.seen(1, 0, answer);
        history.seen(1, HOUR, Answered::Accepted);
        bad(&history, says);
    }
    let mut history = empty();
    history.write(1, 0, 0);
    history.seen(1, 0, Answered::Token);
    history.connects.push((Duration::from_secs(1), Duration::from_secs(2)));
    history.seen(1, HOUR, Answered::Accepted);
    good(&history);
}

#[test]
fn a_double_after_a_500() {
    let refused = |again: Millis| {
        let mut history = empty();
        history.write(1, 0, 0);
        history.seen(1, 0, Answered::Refused).taken = true;
        history.seen(1, again, Answered::Accepted);
        history
    };
    bad(&refused(4_999), "4999 ms after a 500");
    good(&refused(5_000));
    let mut history = refused(5_000);
    history.reported(1, 4_800);
    good(&history);
    history.reported(1, 4_400);
    bad(&history, "a report had proved it");
}

#[test]
fn too_soon_after_throttling() {
    let after = |answer, again| {
        let mut history = empty();
        history.write(1, 0, 0);
        history.seen(1, 0, answer);
        history.seen(1, again, Answered::Accepted);
        history
    };
    bad(&after(Answered::Throttled, 999), "after a 429");
    good(&after(Answered::Throttled, 1_000));
    bad(&after(Answered::Pair, 3_999), "refusal 1");
    good(&after(Answered::Pair, 4_000));
}

#[test]
fn a_pair_that_is_not_left_alone() {
    let mut history = empty();
    history.write(1, 0, 0);
    history.seen(1, 0, Answered::Pair);
    history.seen(1, 4_000, Answered::Pair);
    history.seen(1, 20_000, Answered::Accepted);
    good(&history);
    history.requests[2].clock -= 1;
    bad(&history, "refusal 2");

    // Another message to the same customer, and one to another.
    let other = |customer| {
        let mut history = empty();
        history.sent(1, customer, 1_000);
        history.write(2, 0, 1_000);
        history.requests.clear();
        history.seen(2, 0, Answered::Pair);
        history.noted(2, 0, Noted::Pair);
        history.seen(1, 2_000, Answered::Accepted);
        history.seen(2, 4_000, Answered::Accepted);
        history
    };
    good(&other(1));
    bad(&other(0), "in the pause of a pair");
}

#[test]
fn an_overtaking() {
    let overtaken = |after: Millis, answer| {
        let mut history = empty();
        history.write(1, 0, 0);
        history.write(2, 0, 1);
        history.seen(1, 10, answer);
        history.seen(2, 10 + after, Answered::Accepted);
        history.seen(1, 10 + HOUR, Answered::Accepted);
        history
    };
    bad(&overtaken(29_999, Answered::Refused), "overtaken after Some(29999)");
    good(&overtaken(30_000, Answered::Refused));
    // Waiting for a slower pace or for a customer's turn is no open outcome.
    bad(&overtaken(MINUTE, Answered::Throttled), "overtaken after None");
    bad(&overtaken(MINUTE, Answered::Pair), "overtaken after None");
    // Of different customers there is no order.
    let mut history = overtaken(1, Answered::Refused);
    history.message(2).customer = 1;
    good(&history);
    // Never tried, and passed.
    let mut history = empty();
    history.write(1, 0, 0);
    history.write(2, 0, 1);
    history.seen(2, HOUR, Answered::Accepted);
    history.seen(1, HOUR + 1, Answered::Accepted);
    bad(&history, "overtaken after None");
    // Graph was not there for half a minute.
    history.noted(1, HOUR - 30 * SECOND, Noted::Unreached);
    good(&history);
    history.message(1).tries[0].started += 1;
    bad(&history, "overtaken after Some(29999)");
}

#[test]
fn an_81st_in_a_second() {
    let mut history = empty();
    for nth in 0..80 {
        history.sent(nth, usize::try_from(nth).unwrap(), 100 + Millis::try_from(nth).unwrap() * 10);
    }
    good(&history);
    history.sent(80, 80, 1_100);
    good(&history);
    history.requests[80].at = Duration::from_millis(1_099);
    bad(&history, "81 in the second");
    // Where the number was given a faster pace meanwhile.
    history.rates.push((Duration::from_millis(1_000), 81));
    good(&history);
}

#[test]
fn an_over_limit_minute() {
    let mut history = empty();
    // Two minutes and a bit, over many customers and seconds.
    let begin = -START % MINUTE;
    let write = |history: &mut History, nth: u128, after: Millis| {
        history.sent(nth, usize::try_from(nth).unwrap(), begin + MINUTE + after);
    };
    for nth in 0..100 {
        write(&mut history, nth, Millis::try_from(nth).unwrap() * 590);
    }
    write(&mut history, 100, MINUTE);
    good(&history);
    write(&mut history, 101, MINUTE - 1);
    bad(&history, "101 in the minutes");
    // What waits is counted in a later one, but no later than it left.
    history.message(101).waits = true;
    bad(&history, "101 in the minutes");
    history.requests[101].clock += 1;
    good(&history);
    // Parlance's own words are not refused.
    history.requests[101].clock -= 1;
    history.message(101).own = true;
    good(&history);
}

#[test]
fn an_over_limit_day() {
    let mut history = History { warms_up_since: Some(START), per_minute: 10_000, ..empty() };
    for nth in 0..100 {
        history.sent(nth, usize::try_from(nth).unwrap(), Millis::try_from(nth).unwrap() * SECOND);
    }
    good(&history);
    history.sent(100, 100, 15 * HOUR);
    bad(&history, "101 in the days");
    history.message(100).waits = true;
    bad(&history, "101 in the days");
    history.requests[100].clock += HOUR;
    good(&history);
    // The number is a day old at 08:00 of its second UTC day.
    for nth in 101..202 {
        let at = 17 * HOUR + Millis::try_from(nth).unwrap() * SECOND;
        history.sent(nth, usize::try_from(nth).unwrap(), at);
    }
    bad(&history, "before the number was a day old");
    history.message(201).written = START + DAY;
    good(&history);
}

#[test]
fn a_pair_over_its_burst() {
    let mut history = empty();
    for nth in 0..45 {
        history.sent(nth, 0, 500 + Millis::try_from(nth).unwrap());
    }
    good(&history);
    history.sent(45, 1, 600);
    good(&history);
    history.sent(46, 0, 6_500);
    good(&history);
    history.sent(47, 0, 12_499);
    bad(&history, "too fast to one customer");
    history.requests[47].clock += 1;
    good(&history);
    let mut history = empty();
    for nth in 0..46 {
        history.sent(nth, 0, 500 + Millis::try_from(nth).unwrap());
    }
    bad(&history, "too fast to one customer");
    // One of them was on its way when the clock was moved, and the bucket was full again.
    history.requests.iter_mut().skip(1).for_each(|request| request.clock += 10 * SECOND);
    history.requests[0].clock += 10 * SECOND;
    bad(&history, "too fast to one customer");
    history.leaps.push((Duration::from_millis(400), START));
    good(&history);
}

#[test]
fn one_after_a_stop() {
    let mut history = empty();
    history.sent(1, 0, 0);
    history.write(2, 0, 1);
    history.seen(2, 2_000, Answered::Refused);
    history.seen(2, 8_000, Answered::Accepted);
    good(&history);
    history.stops.push(Stop { customer: 0, admitted: 2, seen: 1, in_hand: vec![id(2)] });
    bad(&history, "sent after a STOP");
    history.stops[0].seen = 2;
    good(&history);
    history.stops[0].in_hand.clear();
    bad(&history, "sent after a STOP");
    // Written after they came back.
    history.stops[0].admitted = 1;
    good(&history);
    // And it was another customer.
    history.stops[0] = Stop { customer: 1, admitted: 2, seen: 0, in_hand: Vec::new() };
    good(&history);
}

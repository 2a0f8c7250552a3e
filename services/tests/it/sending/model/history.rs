use domain::{id::MessageId, message::Status, time::Millis};
use std::time::Duration;

/// All that came of a run, as seen from outside: what was admitted, what Graph saw, and how the messages ended.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Messages per second of the number, each from a moment on; never falling.
    pub rates: Vec<(Duration, usize)>,
    /// Messages of the workspace in a UTC minute.
    pub per_minute: usize,
    /// When the number was connected, where it has to warm up.
    pub warms_up_since: Option<Millis>,
    /// What callers were told is queued.
    pub admitted: Vec<MessageId>,
    /// The rows at the end, in the order of writing.
    pub messages: Vec<Message>,
    /// In the order of arrival.
    pub requests: Vec<Request>,
    pub reports: Vec<Report>,
    pub stops: Vec<Stop>,
    /// When a new token was being stored.
    pub connects: Vec<(Duration, Duration)>,
    /// When the clock was moved, and what it showed before.
    pub leaps: Vec<(Duration, Millis)>,
}

/// A message at the end.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub customer: usize,
    pub written: Millis,
    /// Whether it may be counted in a later minute or day than the one it was written in.
    pub waits: bool,
    /// Parlance's own words about an opt-out, which no minute refuses.
    pub own: bool,
    pub status: Status,
    pub error: Option<String>,
    pub tries: Vec<Try>,
}

/// A try as the product has noted it.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    pub started: Millis,
    pub ended: Millis,
    pub noted: Noted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// The answer was lost, or the process died before it came.
    Lost,
    /// Graph was not there.
    Unreached,
    /// Meta's own trouble.
    Refused,
    /// Too many messages to this customer.
    Pair,
    Other,
}

/// A request as Graph saw it.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub message: MessageId,
    /// Since the start; time that passed on the clock alone counts where a lane may have changed hands meanwhile.
    pub at: Duration,
    /// Since the start, on the watch.
    pub watch: Duration,
    /// What the clock showed.
    pub clock: Millis,
    pub answer: Answered,
    /// Whether the customer gets it.
    pub taken: bool,
}

/// What Graph answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Accepted,
    /// Meta's own trouble: a 500.
    Refused,
    Throttled,
    Pair,
    Token,
    Permanent,
    /// The answer did not come through.
    Lost,
}

/// A status webhook about a message has been read.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub message: MessageId,
    /// On the watch.
    pub watch: Duration,
}

/// A customer's STOP has been read.
#[derive(Clone, Debug)]
pub struct Stop {
    pub customer: usize,
    /// Messages that had been admitted by then.
    pub admitted: usize,
    /// Requests that Graph had seen by then.
    pub seen: usize,
    /// Messages that were on their way.
    pub in_hand: Vec<MessageId>,
}

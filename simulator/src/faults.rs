//! What can be made to go wrong, by chance or on the next occasion.

use rand::Rng;
use serde::{Deserialize, Serialize};

/// One kind of trouble: strikes the next `next` times for certain, afterwards with
/// probability `rate` (0 to 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Probability of striking once `next` is used up.
    pub rate: f64,
    /// How many more times it strikes for certain.
    pub next: u32,
}

impl Fault {
    /// Strikes with this probability, for good.
    #[must_use]
    pub fn rate(rate: f64) -> Self {
        Self { rate, next: 0 }
    }

    /// Strikes the next `next` times.
    #[must_use]
    pub fn next(next: u32) -> Self {
        Self { rate: 0.0, next }
    }

    pub(crate) fn strikes(&mut self, rng: &mut impl Rng) -> bool {
        if self.next > 0 {
            self.next -= 1;
            return true;
        }
        // `random::<f64>()` is below 1, so a rate of 1 always strikes.
        self.rate > 0.0 && rng.random::<f64>() < self.rate
    }
}

/// All faults. `Faults::default()` is a healthy network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Graph answers 429 with code 130429; nothing is sent.
    pub rate_limited: Fault,
    /// Graph answers 500 with code 131000; nothing is sent.
    pub error_before: Fault,
    /// Graph answers 500 with code 131000, and yet the message goes out.
    pub error_after: Fault,
    /// Graph never answers; nothing is sent.
    pub hang: Fault,
    /// The connection drops; nothing is sent.
    pub reset: Fault,
    /// The message goes out, but the connection drops before the answer.
    pub lost_answer: Fault,
    /// Every access token is refused with 190 until this is false again.
    pub token_revoked: bool,
    /// A message is accepted and then ends in a `failed` status, 131026.
    pub undeliverable: Fault,
    /// A webhook comes twice, byte for byte the same.
    pub duplicate: Fault,
    /// The statuses of a message come last one first.
    pub reorder: Fault,
    /// A webhook comes `Timing::late_by` too late.
    pub late: Fault,
    /// A status webhook never comes.
    pub drop: Fault,
    /// Customers' phones are off: messages stay `sent` until this is false again.
    pub phone_offline: bool,
    /// Customers do not give read receipts.
    pub no_read_receipts: bool,
}

/// The faults of one Graph request, rolled together under one lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphFault {
    RateLimited,
    ErrorBefore,
    ErrorAfter,
    Hang,
    Reset,
    LostAnswer,
}

impl Faults {
    /// The first fault that strikes a send request; the others keep their turns.
    pub(crate) fn roll_send(&mut self, rng: &mut impl Rng) -> Option<GraphFault> {
        [
            (&mut self.reset, GraphFault::Reset),
            (&mut self.hang, GraphFault::Hang),
            (&mut self.rate_limited, GraphFault::RateLimited),
            (&mut self.error_before, GraphFault::ErrorBefore),
            (&mut self.error_after, GraphFault::ErrorAfter),
            (&mut self.lost_answer, GraphFault::LostAnswer),
        ]
        .into_iter()
        .find_map(|(fault, kind)| fault.strikes(rng).then_some(kind))
    }

    /// Rates outside 0 to 1 (or not a number) cannot be meant.
    pub(crate) fn check(&self) -> Result<(), String> {
        let rates = [
            ("rate_limited", self.rate_limited),
            ("error_before", self.error_before),
            ("error_after", self.error_after),
            ("hang", self.hang),
            ("reset", self.reset),
            ("lost_answer", self.lost_answer),
            ("undeliverable", self.undeliverable),
            ("duplicate", self.duplicate),
            ("reorder", self.reorder),
            ("late", self.late),
            ("drop", self.drop),
        ];
        match rates.iter().find(|(_, fault)| !(0.0..=1.0).contains(&fault.rate)) {
            Some((name, _)) => Err(format!("{name}.rate must lie between 0 and 1")),
            None => Ok(()),
        }
    }
}

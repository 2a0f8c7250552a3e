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
    /// Graph answers `Timing::slow_by` later than usual.
    pub slow: Fault,
    /// Graph answers 400 with 131056: too many to this customer.
    pub pair_limited: Fault,
    /// A template is refused with 132015: Meta has paused it.
    pub template_paused: Fault,
    /// Every access token is refused with 190 until this is false again.
    pub token_revoked: bool,
    /// The numbers (phone number ids) whose token is refused with 190, until they are taken out again.
    pub dead_tokens: Vec<String>,
    /// The numbers (phone number ids) that are not registered: `PENDING` until they are taken out again.
    pub unregistered: Vec<String>,
    /// The numbers (phone number ids) that are in use in the WhatsApp Business app too.
    pub on_phone: Vec<String>,
    /// A permission that every access token lacks; empty: none.
    pub missing_scope: String,
    /// A webhook field that the app does not ask for; empty: none.
    pub missing_field: String,
    /// No access token is renewed until this is false again.
    pub renewal_refused: bool,
    /// All accounts are locked: 131031 until this is false again. Both changes are told by an `account_update`.
    pub account_blocked: bool,
    /// Calling code of a country that must not be written to, 130497; empty: none.
    pub blocked_country: String,
    /// Every answer takes so many milliseconds longer.
    pub latency_ms: u32,
    /// A message is accepted and then ends in a `failed` status, 131026.
    pub undeliverable: Fault,
    /// The same with 131047: the window has closed in the meantime. Free-form messages only.
    pub window_closed: Fault,
    /// The same with 131050: the customer has stopped this business's marketing.
    pub stopped: Fault,
    /// The same with 131049: Meta holds it back, since the customer gets too much already.
    pub held_back: Fault,
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
    PairLimited,
    TemplatePaused,
    ErrorBefore,
    ErrorAfter,
    Slow,
    Hang,
    Reset,
    LostAnswer,
}

impl GraphFault {
    /// Whether the message goes out all the same.
    pub(crate) fn sends(self) -> bool {
        matches!(self, Self::ErrorAfter | Self::LostAnswer | Self::Slow)
    }
}

impl Faults {
    /// The first fault that strikes a send request; the others keep their turns.
    pub(crate) fn roll_send(&mut self, template: bool, rng: &mut impl Rng) -> Option<GraphFault> {
        if template && self.template_paused.strikes(rng) {
            return Some(GraphFault::TemplatePaused);
        }
        [
            (&mut self.reset, GraphFault::Reset),
            (&mut self.hang, GraphFault::Hang),
            (&mut self.rate_limited, GraphFault::RateLimited),
            (&mut self.pair_limited, GraphFault::PairLimited),
            (&mut self.error_before, GraphFault::ErrorBefore),
            (&mut self.error_after, GraphFault::ErrorAfter),
            (&mut self.lost_answer, GraphFault::LostAnswer),
            (&mut self.slow, GraphFault::Slow),
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
            ("slow", self.slow),
            ("pair_limited", self.pair_limited),
            ("template_paused", self.template_paused),
            ("undeliverable", self.undeliverable),
            ("window_closed", self.window_closed),
            ("stopped", self.stopped),
            ("held_back", self.held_back),
            ("duplicate", self.duplicate),
            ("reorder", self.reorder),
            ("late", self.late),
            ("drop", self.drop),
        ];
        match rates.iter().find(|(_, fault)| !(0.0..=1.0).contains(&fault.rate)) {
            Some((name, _)) => Err(format!("{name}.rate must lie between 0 and 1")),
            None if !self.blocked_country.bytes().all(|b| b.is_ascii_digit()) => {
                Err("blocked_country is a calling code: digits, or empty".to_owned())
            }
            None => Ok(()),
        }
    }
}

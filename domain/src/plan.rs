//! What a workspace may send: its plan, Meta's word about its numbers, and the care that new numbers need.
//!
//! One table. The plan's values are Parlance's own; Meta's are from its pages on throughput (2025-11-21), messaging limits
//! (2025-11-26) and the pair rate (about the platform).

use crate::time::{DAY, Millis, SECOND};
use serde::{Deserialize, Serialize};

/// What a workspace has booked; without a hosting provider it is the operator's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    Free,
    Starter,
    Pro,
    Enterprise,
}

/// One line of the table.
struct Line {
    plan: Plan,
    name: &'static str,
    label: &'static str,
    /// Messages of the workspace in one UTC minute.
    per_minute: u32,
    /// Messages of one number in any second.
    per_second: u32,
}

const LINES: [Line; 4] = [
    Line { plan: Plan::Free, name: "free", label: "Free", per_minute: 100, per_second: 1 },
    Line { plan: Plan::Starter, name: "starter", label: "Starter", per_minute: 300, per_second: 10 },
    Line { plan: Plan::Pro, name: "pro", label: "Pro", per_minute: 1_000, per_second: 30 },
    Line { plan: Plan::Enterprise, name: "enterprise", label: "Enterprise", per_minute: 10_000, per_second: STANDARD },
];

/// Meta's throughput of a number, messages per second, unless it says otherwise.
pub const STANDARD: u32 = 80;
/// Meta's throughput after its automatic upgrade.
pub const HIGH: u32 = 1_000;
/// Meta's fixed throughput of a number that is also used in the WhatsApp Business app.
pub const COEXISTENCE: u32 = 20;

/// Days since the number was connected, and what it may send in one UTC day while it is younger than that.
const WARM_UP: [(Millis, u32); 2] = [(DAY, 100), (7 * DAY, 1_000)];
/// What an older number may send in one UTC day.
const WARM: u32 = 10_000;

/// Messages to one customer that may follow each other at once: Meta's "burst", borrowed from later.
pub const PAIR_BURST: u32 = 45;
/// After the burst, one message to one customer in this time.
pub const PAIR_EVERY: Millis = 6 * SECOND;

/// How long to leave one customer alone after Meta's refusal number `nth` (from 1) in a row: 4 to the power of n seconds.
/// It stops growing at about 4.5 hours.
pub fn pair_wait(nth: u32) -> Millis {
    SECOND * 4_i64.pow(nth.min(7))
}

impl Plan {
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Enterprise];

    const fn line(self) -> &'static Line {
        match self {
            Self::Free => &LINES[0],
            Self::Starter => &LINES[1],
            Self::Pro => &LINES[2],
            Self::Enterprise => &LINES[3],
        }
    }

    /// As it is stored, and as the command line and REST name it.
    pub const fn as_str(self) -> &'static str {
        self.line().name
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        self.line().label
    }

    /// The plan of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        LINES.iter().find(|line| line.name == name).map(|line| line.plan)
    }

    /// Messages that the workspace may send in one UTC minute.
    pub const fn per_minute(self) -> u32 {
        self.line().per_minute
    }

    /// Messages that one number may send in any second, before Meta's own word about it.
    pub const fn per_second(self) -> u32 {
        self.line().per_second
    }
}

/// Messages per second of one number. `throughput` is what Graph says of it, `coexistence` whether it is used in the WhatsApp
/// Business app as well. The plan caps what Graph allows; Enterprise follows Graph.
pub fn per_second(plan: Plan, throughput: Option<u32>, coexistence: bool) -> u32 {
    let meta = if coexistence { COEXISTENCE } else { throughput.unwrap_or(STANDARD) };
    match plan {
        Plan::Enterprise => meta.max(1),
        _ => plan.per_second().min(meta).max(1),
    }
}

/// What Graph's word for a number's throughput means, in messages per second. Words that are not known mean nothing.
pub fn throughput(level: &str) -> Option<u32> {
    match level {
        "STANDARD" => Some(STANDARD),
        "HIGH" => Some(HIGH),
        _ => None,
    }
}

/// Messages that a number may send in one UTC day while it is new, by its age; `None` where Meta trusts it already, which it
/// says by a tier of 2,000 customers or more.
pub fn warm_up(age: Millis, tier: Option<Tier>) -> Option<u32> {
    if tier.is_some_and(|tier| tier >= Tier::T2K) {
        return None;
    }
    Some(WARM_UP.iter().find(|(younger, _)| age < *younger).map_or(WARM, |(_, limit)| *limit))
}

/// How many different customers Meta lets a business portfolio write to outside of a customer-service window, in 24 rolling
/// hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    #[serde(rename = "TIER_250")]
    T250,
    #[serde(rename = "TIER_2K")]
    T2K,
    #[serde(rename = "TIER_10K")]
    T10K,
    #[serde(rename = "TIER_100K")]
    T100K,
    #[serde(rename = "TIER_UNLIMITED")]
    Unlimited,
}

impl Tier {
    pub const ALL: [Self; 5] = [Self::T250, Self::T2K, Self::T10K, Self::T100K, Self::Unlimited];

    /// Graph's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::T250 => "TIER_250",
            Self::T2K => "TIER_2K",
            Self::T10K => "TIER_10K",
            Self::T100K => "TIER_100K",
            Self::Unlimited => "TIER_UNLIMITED",
        }
    }

    /// The tier of Graph's word. The small tiers of the past count as the smallest of today; other words mean nothing.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "TIER_50" | "TIER_1K" => Some(Self::T250),
            _ => Self::ALL.into_iter().find(|tier| tier.as_str() == word),
        }
    }

    /// Different customers in 24 rolling hours; `None` is no limit.
    pub const fn customers(self) -> Option<u32> {
        match self {
            Self::T250 => Some(250),
            Self::T2K => Some(2_000),
            Self::T10K => Some(10_000),
            Self::T100K => Some(100_000),
            Self::Unlimited => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    #[test]
    fn each_plan_has_its_line() {
        let table: Vec<_> = Plan::ALL.map(|p| (p.as_str(), p.per_minute(), p.per_second())).into();
        assert_eq!(table, [("free", 100, 1), ("starter", 300, 10), ("pro", 1_000, 30), ("enterprise", 10_000, 80)]);
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.as_str()), Some(plan));
            assert_eq!(plan.line().plan, plan);
        }
        assert_eq!(Plan::parse("gold"), None);
    }

    #[test]
    fn metas_word_and_the_plan_meet() {
        for (plan, said, both, expected) in [
            (Plan::Enterprise, None, false, 80),
            (Plan::Enterprise, Some(HIGH), false, 1_000),
            (Plan::Enterprise, Some(40), false, 40),
            (Plan::Enterprise, Some(HIGH), true, 20),
            (Plan::Pro, Some(HIGH), false, 30),
            (Plan::Pro, Some(HIGH), true, 20),
            (Plan::Starter, Some(STANDARD), true, 10),
            (Plan::Free, None, false, 1),
            (Plan::Free, Some(0), false, 1),
        ] {
            assert_eq!(per_second(plan, said, both), expected, "{plan:?} {said:?} {both}");
        }
        assert_eq!(["STANDARD", "HIGH", "NOT_APPLICABLE"].map(throughput), [Some(80), Some(1_000), None]);
    }

    #[test]
    fn a_new_number_warms_up() {
        for (age, limit) in
            [(0, 100), (DAY - 1, 100), (DAY, 1_000), (7 * DAY - 1, 1_000), (7 * DAY, 10_000), (900 * DAY, 10_000)]
        {
            assert_eq!(warm_up(age, None), Some(limit));
            assert_eq!(warm_up(age, Some(Tier::T250)), Some(limit));
            assert_eq!(warm_up(age, Some(Tier::T2K)), None);
            assert_eq!(warm_up(age, Some(Tier::Unlimited)), None);
        }
    }

    #[test]
    fn tiers_are_read_from_graphs_words() {
        let customers: Vec<_> = Tier::ALL.map(Tier::customers).into();
        assert_eq!(customers, [Some(250), Some(2_000), Some(10_000), Some(100_000), None]);
        for tier in Tier::ALL {
            assert_eq!(Tier::parse(tier.as_str()), Some(tier));
            assert_eq!(serde_json::to_value(tier).ok(), Some(tier.as_str().into()));
        }
        assert_eq!(Tier::parse("TIER_1K"), Some(Tier::T250));
        assert_eq!(Tier::parse("TIER_3M"), None);
    }

    #[test]
    fn the_wait_for_a_pair_grows_by_four() {
        assert_eq!([1, 2, 3].map(pair_wait), [4_000, 16_000, 64_000]);
        assert!(pair_wait(u32::MAX) < 5 * HOUR);
    }
}

//! Meta's limits: a number's messages in a second, a pair's in a while, a portfolio's customers in a day.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

const SECOND_MS: i64 = 1_000;
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// What may be sent how fast. The default is what Meta gives a verified business; 0 takes a limit away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Messages of one number in any second: 130429.
    pub per_second: u32,
    /// Numbers with a limit of their own, by phone number id.
    pub numbers: BTreeMap<String, u32>,
    /// Messages to one customer in one go, borrowed from later: 131056.
    pub pair_burst: u32,
    /// In the long run one message to one customer in so many milliseconds.
    pub pair_every_ms: u32,
    /// Unique customers outside the 24-hour window in a rolling day, for all numbers of an account: 131048.
    pub portfolio: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_second: 80, numbers: BTreeMap::new(), pair_burst: 45, pair_every_ms: 6_000, portfolio: 2_000 }
    }
}

impl Limits {
    /// Nothing is limited.
    #[must_use]
    pub fn none() -> Self {
        Self { per_second: 0, numbers: BTreeMap::new(), pair_burst: 0, pair_every_ms: 0, portfolio: 0 }
    }

    /// Messages in a second of this number; 0 is no limit.
    #[must_use]
    pub fn of_number(&self, phone_number_id: &str) -> u32 {
        self.numbers.get(phone_number_id).copied().unwrap_or(self.per_second)
    }

    /// `whatsapp_business_manager_messaging_limit`.
    pub(crate) fn tier(&self) -> &'static str {
        match self.portfolio {
            0 | 100_001.. => "TIER_UNLIMITED",
            1..=250 => "TIER_250",
            251..=2_000 => "TIER_2K",
            2_001..=10_000 => "TIER_10K",
            10_001..=100_000 => "TIER_100K",
        }
    }

    /// `throughput.level`: Meta names no figures, STANDARD is 80 a second and HIGH 1,000.
    pub(crate) fn level(&self, phone_number_id: &str) -> &'static str {
        match self.of_number(phone_number_id) {
            0 | 81.. => "HIGH",
            _ => "STANDARD",
        }
    }
}

/// How fast one number's sends came, for a checker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// Sends that came and were well-formed, whatever became of them.
    pub arrived: u64,
    /// The most within any second, among those within the limit.
    pub peak: u32,
    /// Those that came above the limit: all were refused with 130429.
    pub above: u64,
    /// When the last of these came, in Unix milliseconds.
    pub above_at: Option<i64>,
}

/// What counts against the limits.
#[derive(Default)]
pub(crate) struct Used {
    numbers: HashMap<String, Second>,
    /// By number and customer: when the pair has paid for all it has sent.
    pairs: HashMap<(String, String), i64>,
    /// By account: the customers written to outside their window, and when first.
    portfolios: HashMap<String, HashMap<String, i64>>,
}

/// The arrivals of the last second.
#[derive(Default)]
struct Second {
    recent: VecDeque<i64>,
    seen: Pace,
}

impl Used {
    /// Counts an arrival; false when it comes above the number's limit.
    pub fn arrives(&mut self, limits: &Limits, number: &str, now: i64) -> bool {
        if !self.numbers.contains_key(number) {
            self.numbers.insert(number.to_owned(), Second::default());
        }
        let Some(second) = self.numbers.get_mut(number) else { return true };
        while second.recent.front().is_some_and(|at| *at <= now - SECOND_MS) {
            second.recent.pop_front();
        }
        second.seen.arrived += 1;
        let limit = limits.of_number(number);
        if limit > 0 && second.recent.len() >= limit as usize {
            second.seen.above += 1;
            second.seen.above_at = Some(now);
            return false;
        }
        second.recent.push_back(now);
        second.seen.peak = second.seen.peak.max(u32::try_from(second.recent.len()).unwrap_or(u32::MAX));
        true
    }

    /// Takes one message of a pair's share; false when it has none left.
    pub fn pair(&mut self, limits: &Limits, number: &str, customer: &str, now: i64) -> bool {
        if limits.pair_burst == 0 {
            return true;
        }
        let every = i64::from(limits.pair_every_ms);
        let paid = self.pairs.entry((number.to_owned(), customer.to_owned())).or_insert(now);
        let from = (*paid).max(now);
        if from - now > every * (i64::from(limits.pair_burst) - 1) {
            return false;
        }
        *paid = from + every;
        true
    }

    /// Counts a customer outside the window; false when the account has reached its limit.
    pub fn portfolio(&mut self, limits: &Limits, account: &str, customer: &str, now: i64) -> bool {
        if limits.portfolio == 0 {
            return true;
        }
        let customers = self.portfolios.entry(account.to_owned()).or_default();
        if customers.get(customer).is_some_and(|at| *at > now - DAY_MS) {
            return true;
        }
        if customers.len() >= limits.portfolio as usize {
            customers.retain(|_, at| *at > now - DAY_MS);
        }
        if customers.len() >= limits.portfolio as usize {
            return false;
        }
        customers.insert(customer.to_owned(), now);
        true
    }

    pub fn paces(&self) -> BTreeMap<String, Pace> {
        self.numbers.iter().map(|(number, second)| (number.clone(), second.seen)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_slides() {
        let limits = Limits { per_second: 3, ..Limits::default() };
        let mut used = Used::default();
        let mut arrives = |at| used.arrives(&limits, "1", at);
        assert!(arrives(0) && arrives(400) && arrives(800));
        // What is refused does not count on.
        assert!(!arrives(999) && !arrives(999));
        assert!(arrives(1_000));
        assert!(!arrives(1_399));
        assert!(arrives(1_400));
        assert!(used.arrives(&limits, "2", 1_400));
        assert_eq!(used.paces()["1"], Pace { arrived: 8, peak: 3, above: 3, above_at: Some(1_399) });
    }

    #[test]
    fn a_number_may_have_a_limit_of_its_own() {
        let limits = Limits { numbers: [("1".to_owned(), 1)].into(), ..Limits::default() };
        let mut used = Used::default();
        assert!(used.arrives(&limits, "1", 0) && !used.arrives(&limits, "1", 1));
        assert!((0..80).all(|at| used.arrives(&limits, "2", at)) && !used.arrives(&limits, "2", 80));
        assert_eq!((limits.level("1"), Limits { per_second: 1_000, ..limits }.level("2")), ("STANDARD", "HIGH"));
    }

    #[test]
    fn a_pair_borrows_from_later() {
        let limits = Limits::default();
        let mut used = Used::default();
        let mut pair = |at| used.pair(&limits, "1", "2", at);
        assert!((0..45).all(|_| pair(0)));
        assert!(!pair(0) && !pair(5_999));
        assert!(pair(6_000) && !pair(6_000) && pair(12_000));
        // Rested, it may do it all again.
        assert!((0..45).all(|_| pair(1_000_000)) && !pair(1_000_000));
        assert!(used.pair(&limits, "1", "3", 0));
    }

    #[test]
    fn a_portfolio_counts_customers_once_a_day() {
        let limits = Limits { portfolio: 2, ..Limits::default() };
        let mut used = Used::default();
        let mut counts = |who, at| used.portfolio(&limits, "w", who, at);
        assert!(counts("a", 0) && counts("b", 10) && counts("a", 20));
        assert!(!counts("c", DAY_MS - 1));
        assert!(counts("c", DAY_MS) && !counts("a", DAY_MS));
        assert_eq!(limits.tier(), "TIER_250");
        assert_eq!(Limits::default().tier(), "TIER_2K");
        assert_eq!(Limits::none().tier(), "TIER_UNLIMITED");
    }
}

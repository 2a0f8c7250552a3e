//! What is odd about the use of a token. Odd is not forbidden: it is told to somebody.

use super::network::far_apart;
use domain::time::{HOUR, Millis};
use std::net::IpAddr;

/// So many uses must be known before an hour without any means something.
const KNOWN_USES: i64 = 50;
/// Fewer uses in an hour are no flood, however quiet the token was before.
pub const FLOOD: i64 = 100;
const TIMES_THE_MEAN: i64 = 10;
const HOURS_OF_DAY: i64 = 24;

/// The last use that was written down.
#[derive(Clone, Copy, Debug)]
pub struct Last {
    pub at: Millis,
    pub address: IpAddr,
}

/// An address far from that of the last use, within an hour of it.
pub fn moved(last: Option<Last>, address: IpAddr, now: Millis) -> bool {
    last.is_some_and(|last| now - last.at <= HOUR && far_apart(last.address, address))
}

/// The first use in an hour of the day in which a token that is known well was never used in the last two weeks. `past` holds
/// the hours before this one, each with its uses.
pub fn unusual_hour(past: &[(i64, i64)], hour: i64) -> bool {
    let known: i64 = past.iter().map(|(_, uses)| uses).sum();
    known > KNOWN_USES && past.iter().all(|(then, _)| then.rem_euclid(HOURS_OF_DAY) != hour.rem_euclid(HOURS_OF_DAY))
}

/// Whether the uses of this hour have just passed ten times the mean of the hours in which the token was used before: a
/// nightly job is measured against its own nights.
pub fn flood(past: &[(i64, i64)], before: i64, after: i64) -> bool {
    let hours = i64::try_from(past.len()).unwrap_or(i64::MAX);
    if hours == 0 {
        return false;
    }
    let known: i64 = past.iter().map(|(_, uses)| uses).sum();
    let passes = |uses: i64| uses > FLOOD && uses.saturating_mul(hours) > TIMES_THE_MEAN.saturating_mul(known);
    passes(after) && !passes(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_the_day_is_unusual_when_much_is_known_and_it_is_not() {
        let office: Vec<(i64, i64)> = (0..5).flat_map(|day| (9..17).map(move |hour| (day * 24 + hour, 2))).collect();
        assert!(unusual_hour(&office, 5 * 24 + 3));
        assert!(!unusual_hour(&office, 5 * 24 + 9));
        assert!(!unusual_hour(&[(9, 50)], 24 + 3), "too little is known");
        assert!(unusual_hour(&[(9, 51)], 24 + 3));
        assert!(!unusual_hour(&[], 3));
    }

    #[test]
    fn a_flood_is_told_once() {
        let quiet = [(1, 10), (2, 30)];
        assert!(!flood(&quiet, 100, 200), "not more than ten times twenty");
        assert!(flood(&quiet, 200, 201));
        assert!(!flood(&quiet, 201, 202), "it was passed before");
        assert!(flood(&[(1, 1)], 99, 101));
        assert!(!flood(&[(1, 1)], 50, 100), "no flood");
        assert!(!flood(&[], 0, 10_000), "nothing to measure it by");
    }

    #[test]
    fn a_move_is_far_and_quick() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let last = Some(Last { at: 0, address: address("203.0.113.7") });
        assert!(moved(last, address("198.51.100.1"), HOUR));
        assert!(!moved(last, address("198.51.100.1"), HOUR + 1));
        assert!(!moved(last, address("203.0.7.7"), 1));
        assert!(!moved(None, address("198.51.100.1"), 1));
    }
}

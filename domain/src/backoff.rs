//! When a failed delivery, or a message that did not go out, is tried again.

use crate::time::{HOUR, MINUTE, Millis, SECOND};

/// Waits before the second, third … try of a webhook delivery. After the last one the delivery is dead.
pub const DELIVERY: [Millis; 5] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];

/// How long to wait after `failed` tries (at least 1), or `None` when it is time to give up.
pub fn delivery_wait(failed: u32) -> Option<Millis> {
    DELIVERY.get(failed.saturating_sub(1) as usize).copied()
}

/// Waits before the second, third … try of a message that Meta did not take. After the last one the message is dead.
pub const SEND: [Millis; 7] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];

/// A message that Meta refused for the moment is not tried again sooner: it may have been taken all the same, and the status
/// that proves it comes within seconds.
pub const REFUSED: Millis = 5 * SECOND;

/// How long to wait after `failed` tries (at least 1), or `None` when it is time to give up. `jitter`, 0 to 1,000 and taken at
/// random, spreads the waits from 80 % to 120 %, so that messages that failed together do not all come back together.
pub fn send_wait(failed: u32, jitter: u32) -> Option<Millis> {
    let wait = SEND.get(failed.saturating_sub(1) as usize)?;
    Some(wait * (800 + Millis::from(jitter.min(1_000)) * 400 / 1_000) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_waits_then_dead() {
        let waits: Vec<_> = (1..=6).map(delivery_wait).collect();
        assert_eq!(waits, [Some(1_000), Some(5_000), Some(30_000), Some(120_000), Some(600_000), None]);
    }

    #[test]
    fn seven_waits_spread_by_a_fifth_then_dead() {
        for (failed, wait) in (1..).zip(SEND) {
            assert_eq!(send_wait(failed, 500), Some(wait));
            assert_eq!(send_wait(failed, 0), Some(wait * 8 / 10));
            assert_eq!(send_wait(failed, 1_000), Some(wait * 12 / 10));
            assert_eq!(send_wait(failed, u32::MAX), send_wait(failed, 1_000));
        }
        assert_eq!(send_wait(8, 500), None);
    }
}

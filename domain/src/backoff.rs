//! When a failed delivery is tried again.

use crate::time::{MINUTE, Millis, SECOND};

/// Waits before the second, third … try of a webhook delivery. After the last one the delivery is dead.
pub const DELIVERY: [Millis; 5] = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];

/// How long to wait after `failed` tries (at least 1), or `None` when it is time to give up.
pub fn delivery_wait(failed: u32) -> Option<Millis> {
    DELIVERY.get(failed.saturating_sub(1) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_waits_then_dead() {
        let waits: Vec<_> = (1..=6).map(delivery_wait).collect();
        assert_eq!(waits, [Some(1_000), Some(5_000), Some(30_000), Some(120_000), Some(600_000), None]);
    }
}

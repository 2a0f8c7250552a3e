//! Times are unix milliseconds in UTC, as `i64`, everywhere: on the wire, in both databases and in arithmetic.

/// Unix milliseconds, UTC.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

//! The customer-service window: free-form messages are allowed for 24 hours after the customer last wrote.
//!
//! Source of the rule: Meta's pricing and sending pages; outside the window a free-form message fails with 131047.

use crate::time::{HOUR, MINUTE, Millis};

/// Length of the customer-service window.
pub const SERVICE: Millis = 24 * HOUR;

/// Under this the interface warns.
pub const SOON: Millis = HOUR;

/// Where a window stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Free-form messages are allowed for this many more milliseconds (more than 0).
    Open { left: Millis },
    /// Templates only.
    Closed,
}

/// The window's end for a customer's message written at `at`.
pub const fn expires_after(at: Millis) -> Millis {
    at + SERVICE
}

/// Where the window that ends at `expires_at` stands at `now`. No message yet means closed.
pub fn at(expires_at: Option<Millis>, now: Millis) -> Window {
    match expires_at {
        Some(end) if end > now => Window::Open { left: end - now },
        _ => Window::Closed,
    }
}

/// What is left, as people read it: `23 h 50 m`, `52 m`, and seconds under two minutes.
pub fn left_text(left: Millis) -> String {
    if left >= HOUR {
        format!("{} h {:02} m", left / HOUR, left % HOUR / MINUTE)
    } else if left >= 2 * MINUTE {
        format!("{} m", left / MINUTE)
    } else {
        format!("{} s", (left + 999) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_on_the_millisecond() {
        let end = expires_after(1_000);
        assert_eq!(at(Some(end), end - 1), Window::Open { left: 1 });
        assert_eq!(at(Some(end), end), Window::Closed);
        assert_eq!(at(None, 0), Window::Closed);
    }

    #[test]
    fn texts() {
        assert_eq!(left_text(23 * HOUR + 5 * MINUTE), "23 h 05 m");
        assert_eq!(left_text(52 * MINUTE + 1), "52 m");
        assert_eq!(left_text(90_500), "91 s");
    }
}

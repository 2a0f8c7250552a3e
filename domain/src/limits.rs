//! How much of what may be sent is used, as people and programs see it, and what a refusal says.

use crate::{number::NumberBrief, plan::Plan, time::Millis};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Of the workspace, by its plan, in a UTC minute.
    Minute,
    /// Of a number, in any second.
    Second,
    /// Of a new number, in a UTC day.
    Day,
    /// Meta's, of different customers outside of a window, in 24 rolling hours.
    Portfolio,
}

/// A message was refused because a limit is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    pub which: Limit,
    pub plan: Plan,
    pub limit: u32,
    /// What is left, where more was asked for than that.
    pub remaining: u32,
    /// When there is room again.
    pub reset_at: Millis,
    /// How long that is from when it was asked.
    pub wait: Millis,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (plan, limit) = (self.plan.label(), self.limit);
        match self.which {
            Limit::Minute => write!(
                f,
                "This workspace may send {limit} messages a minute on the plan {plan}, and they are used up. Try again when \
                 the next minute begins."
            ),
            Limit::Second => {
                write!(f, "This number may send {limit} messages a second. Wait a moment, then send again.")
            }
            Limit::Day => write!(
                f,
                "This number is new: so that WhatsApp does not take it for spam it may send {limit} messages a day, and today's \
                 are used up. The next day begins at 00:00 UTC."
            ),
            Limit::Portfolio => write!(
                f,
                "WhatsApp lets this business write to {limit} different customers in 24 hours who have not written themselves, \
                 and they are used up. Customers who write can be answered."
            ),
        }
    }
}

/// How far the limits of a workspace are used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub plan: Plan,
    /// Messages a UTC minute.
    pub per_minute: u32,
    /// Of this minute's.
    pub this_minute: u32,
    /// When the minute ends.
    pub minute_ends: Millis,
    /// When the UTC day ends.
    pub day_ends: Millis,
    /// The connected numbers, oldest first.
    pub numbers: Vec<NumberUsage>,
}

/// How far the limits of a number are used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberUsage {
    pub number: NumberBrief,
    /// Messages in any second.
    pub per_second: u32,
    /// Messages of this UTC day.
    pub today: u32,
    /// Messages a UTC day while it is new; nothing where it is trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// Different customers in 24 rolling hours outside of a window; nothing where Meta sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<u32>,
    /// Of those.
    pub customers_used: u32,
}

impl NumberUsage {
    /// What is left of the day.
    pub fn left_today(&self) -> Option<u32> {
        self.per_day.map(|limit| limit.saturating_sub(self.today))
    }
}

impl Usage {
    /// The same at a later moment at which nothing is known to have been sent since: minutes and days end by themselves.
    #[must_use]
    pub fn at(&self, now: Millis) -> Self {
        use crate::time::{DAY, MINUTE};
        let mut usage = self.clone();
        if now >= usage.minute_ends {
            usage.this_minute = 0;
            usage.minute_ends = (now / MINUTE + 1) * MINUTE;
        }
        if now >= usage.day_ends {
            usage.day_ends = (now / DAY + 1) * DAY;
            usage.numbers.iter_mut().for_each(|number| number.today = 0);
        }
        usage
    }

    /// What is left of the minute.
    pub fn left_this_minute(&self) -> u32 {
        self.per_minute.saturating_sub(self.this_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::NumberId,
        time::{DAY, MINUTE},
    };
    use uuid::Uuid;

    fn usage() -> Usage {
        let number = NumberBrief { id: NumberId(Uuid::from_u128(1)), name: "Shop".into(), display_number: "+1".into() };
        Usage {
            plan: Plan::Pro,
            per_minute: 1_000,
            this_minute: 400,
            minute_ends: 10 * DAY + MINUTE,
            day_ends: 11 * DAY,
            numbers: vec![NumberUsage {
                number,
                per_second: 30,
                today: 70,
                per_day: Some(100),
                customers: Some(250),
                customers_used: 3,
            }],
        }
    }

    #[test]
    fn minutes_and_days_end_by_themselves() {
        let before = usage();
        assert_eq!(before.at(10 * DAY + MINUTE - 1), before);
        let next = before.at(10 * DAY + MINUTE);
        assert_eq!((next.this_minute, next.minute_ends, next.numbers[0].today), (0, 10 * DAY + 2 * MINUTE, 70));
        assert_eq!(next.left_this_minute(), 1_000);
        let tomorrow = before.at(11 * DAY);
        assert_eq!((tomorrow.numbers[0].today, tomorrow.day_ends), (0, 12 * DAY));
        assert_eq!((before.numbers[0].left_today(), tomorrow.numbers[0].left_today()), (Some(30), Some(100)));
    }
}

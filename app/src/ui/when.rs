//! Times as people read them, without a library: the browser pays for every byte.
//!
//! The server does not know the reader's time zone. Both sides first write UTC, so that what the browser finds is what it
//! would have drawn; once it has taken over, `local` turns true and times move to the reader's zone.

use domain::time::{DAY, HOUR, MINUTE, Millis, SECOND};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

struct Civil {
    year: i64,
    /// 1 to 12.
    month: i64,
    day: i64,
    /// Days since 1 January 1970.
    days: i64,
    /// Milliseconds since midnight.
    rest: Millis,
}

impl Civil {
    /// Days to a date in the proleptic Gregorian calendar, by eras of 400 years that begin on 1 March.
    fn of(shifted: Millis) -> Self {
        let days = shifted.div_euclid(DAY);
        let from_march = days + 719_468;
        let era = from_march.div_euclid(146_097);
        let day_of_era = from_march.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            days,
            rest: shifted.rem_euclid(DAY),
        }
    }

    fn month_name(&self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
    }

    fn weekday(&self) -> &'static str {
        usize::try_from(self.days.rem_euclid(7)).ok().and_then(|index| WEEKDAYS.get(index)).copied().unwrap_or_default()
    }

    fn clock(&self) -> String {
        format!("{:02}:{:02}", self.rest / HOUR, self.rest % HOUR / MINUTE)
    }
}

/// Milliseconds that the reader's clock is ahead of UTC at that moment; summer time counts.
fn ahead(at: Millis, local: bool) -> Millis {
    #[cfg(feature = "hydrate")]
    if local {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
        return -(date.get_timezone_offset() as Millis) * MINUTE;
    }
    let _ = (at, local);
    0
}

fn civil(at: Millis, local: bool) -> Civil {
    Civil::of(at + ahead(at, local))
}

/// `10:52`
pub fn clock(at: Millis, local: bool) -> String {
    civil(at, local).clock()
}

/// `10:52:07`
pub fn clock_seconds(at: Millis, local: bool) -> String {
    let civil = civil(at, local);
    format!("{}:{:02}", civil.clock(), civil.rest % MINUTE / SECOND)
}

/// A number that is the same for all moments of one day.
pub fn day_number(at: Millis, local: bool) -> i64 {
    civil(at, local).days
}

/// `Today`, `Yesterday`, `Wednesday 18 November`, and the year when it is another one.
pub fn day(at: Millis, now: Millis, local: bool) -> String {
    let (then, today) = (civil(at, local), civil(now, local));
    match today.days - then.days {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ if then.year == today.year => format!("{} {} {}", then.weekday(), then.day, then.month_name()),
        _ => format!("{} {} {}", then.day, then.month_name(), then.year),
    }
}

/// `now`, `9 m`, `3 h`, `Yesterday`, `12 Oct`, `12 Oct 2025`.
pub fn ago(at: Millis, now: Millis, local: bool) -> String {
    let (then, today) = (civil(at, local), civil(now, local));
    let past = now - at;
    match today.days - then.days {
        _ if past < MINUTE => "now".to_owned(),
        _ if past < HOUR => format!("{} m", past / MINUTE),
        0 => format!("{} h", past / HOUR),
        1 => "Yesterday".to_owned(),
        _ => {
            let month = then.month_name().get(..3).unwrap_or_default();
            if then.year == today.year {
                format!("{} {month}", then.day)
            } else {
                format!("{} {month} {}", then.day, then.year)
            }
        }
    }
}

/// When the window closes: `10:52`, `10:52 tomorrow`.
pub fn until(at: Millis, now: Millis, local: bool) -> String {
    let (then, today) = (civil(at, local), civil(now, local));
    match then.days - today.days {
        0 => then.clock(),
        1 => format!("{} tomorrow", then.clock()),
        _ => format!("{} on {} {}", then.clock(), then.day, then.month_name()),
    }
}

/// The full moment with its zone, for a tooltip.
pub fn full(at: Millis, local: bool) -> String {
    let civil = civil(at, local);
    let ahead = ahead(at, local) / MINUTE;
    let zone = match ahead {
        0 => "UTC".to_owned(),
        _ => format!("UTC{}{:02}:{:02}", if ahead < 0 { '-' } else { '+' }, ahead.abs() / 60, ahead.abs() % 60),
    };
    format!("{} {} {} {}, {} {zone}", civil.weekday(), civil.day, civil.month_name(), civil.year, civil.clock())
}

/// For machines: `2026-11-18T10:52:07Z`.
pub fn iso(at: Millis) -> String {
    let c = Civil::of(at);
    format!("{:04}-{:02}-{:02}T{}:{:02}Z", c.year, c.month, c.day, c.clock(), c.rest % MINUTE / SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday 18 November 2026, 10:52:07 UTC.
    const AT: Millis = 1_794_999_127_000;

    #[test]
    fn dates() {
        assert_eq!(iso(AT), "2026-11-18T10:52:07Z");
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
        assert_eq!(full(AT, false), "Wednesday 18 November 2026, 10:52 UTC");
    }

    #[test]
    fn relative_to_now() {
        assert_eq!(ago(AT, AT + 59 * SECOND, false), "now");
        assert_eq!(ago(AT, AT + 9 * MINUTE, false), "9 m");
        assert_eq!(ago(AT, AT + 3 * HOUR, false), "3 h");
        assert_eq!(ago(AT, AT + 14 * HOUR, false), "Yesterday");
        assert_eq!(ago(AT, AT + 3 * DAY, false), "18 Nov");
        assert_eq!(ago(AT, AT + 90 * DAY, false), "18 Nov 2026");
        assert_eq!(day(AT, AT, false), "Today");
        assert_eq!(day(AT, AT + DAY, false), "Yesterday");
        assert_eq!(day(AT, AT + 2 * DAY, false), "Wednesday 18 November");
        assert_eq!(until(AT + DAY, AT, false), "10:52 tomorrow");
    }
}

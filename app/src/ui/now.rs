//! Time on the screen. The server knows neither the reader's clock nor their zone, so the first paint uses its own moment and
//! UTC; the browser corrects both after it has taken over, and nothing differs while it does.

use domain::time::{DAY, HOUR, MINUTE, Millis};
use leptos::prelude::*;

/// The moment and the zone that texts are made for.
#[derive(Clone, Copy)]
pub struct Now {
    pub at: RwSignal<Millis>,
    /// Minutes east of UTC.
    pub zone: RwSignal<i64>,
}

impl Now {
    pub fn new(at: Millis) -> Self {
        Self { at: RwSignal::new(at), zone: RwSignal::new(0) }
    }

    /// How long ago, as rows say it: `now`, `9 m`, `3 h`, `Yesterday`, then the date.
    pub fn ago(&self, at: Millis) -> String {
        let (now, zone) = (self.at.get(), self.zone.get());
        let days = local_day(now, zone) - local_day(at, zone);
        match now - at {
            age if age < MINUTE => "now".to_owned(),
            age if age < HOUR => format!("{} m", age / MINUTE),
            age if age < DAY && days == 0 => format!("{} h", age / HOUR),
            _ if days <= 1 => "Yesterday".to_owned(),
            _ => date(at, zone, false),
        }
    }

    /// `10:52`
    pub fn clock(&self, at: Millis) -> String {
        let minutes = (at + self.zone.get() * MINUTE).rem_euclid(DAY) / MINUTE;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// `Today`, `Yesterday`, `Wednesday 18 November`
    pub fn day(&self, at: Millis) -> String {
        let (now, zone) = (self.at.get(), self.zone.get());
        match local_day(now, zone) - local_day(at, zone) {
            0 => "Today".to_owned(),
            1 => "Yesterday".to_owned(),
            _ => date(at, zone, true),
        }
    }

    /// Days since the epoch in the reader's zone: messages of one number stand under one heading.
    pub fn day_number(&self, at: Millis) -> i64 {
        local_day(at, self.zone.get())
    }

    /// `18 Nov, 10:52`
    pub fn moment(&self, at: Millis) -> String {
        format!("{}, {}", date(at, self.zone.get(), false), self.clock(at))
    }
}

/// `2026-11-18T10:52:00Z`, for machines.
pub fn iso(at: Millis) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let rest = at.rem_euclid(DAY) / 1_000;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
}

fn local_day(at: Millis, zone: i64) -> i64 {
    (at + zone * MINUTE).div_euclid(DAY)
}

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

fn date(at: Millis, zone: i64, long: bool) -> String {
    let days = local_day(at, zone);
    let (_, month, day) = civil(days);
    let month = MONTHS[usize::from(month - 1)];
    if long {
        let weekday = WEEKDAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)];
        format!("{weekday} {day} {month}")
    } else {
        format!("{day} {}", &month[..3])
    }
}

/// Year, month and day of a day number, in the proleptic Gregorian calendar (Hinnant's algorithm on eras of 400 years).
fn civil(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_800_000_000_000), "2027-01-15T08:00:00Z");
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(date(1_800_000_000_000, 0, true), "Friday 15 January");
    }

    #[test]
    fn ago_in_the_readers_zone() {
        let owner = Owner::new();
        owner.with(|| {
            let now = Now::new(1_800_000_000_000);
            assert_eq!(now.ago(1_800_000_000_000 - 5 * MINUTE), "5 m");
            assert_eq!(now.ago(1_800_000_000_000 - 3 * HOUR), "3 h");
            assert_eq!(now.ago(1_800_000_000_000 - 9 * HOUR), "Yesterday");
            assert_eq!(now.clock(1_800_000_000_000), "08:00");
            now.zone.set(330);
            assert_eq!(now.clock(1_800_000_000_000), "13:30");
            assert_eq!(now.ago(1_800_000_000_000 - 9 * HOUR), "9 h");
        });
    }
}

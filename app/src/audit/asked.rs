use domain::{
    audit::{Action, Cursor, Filter, Group},
    time::{DAY, MINUTE, Millis},
};
use serde::{Deserialize, Serialize};

use crate::ui::query_of;

/// What the address asks for, as it stands there: a link, a form and an export share it. What cannot be read narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `system`, `member:<id>` or `token:<id>`.
    pub who: String,
    /// An action, or a group of them: `member.removed`, `member`.
    pub what: String,
    /// A kind of resource: `contact`.
    pub kind: String,
    /// One resource, by its id.
    pub on: String,
    /// The first and the last day: `2026-11-20`.
    pub from: String,
    pub to: String,
    /// Minutes that the reader's clock is ahead of UTC: their days are meant.
    pub ahead: String,
    /// Words.
    pub text: String,
    /// From where: `203.0.113.7`.
    pub address: String,
    /// Older than this one.
    pub before: String,
    /// The entry that is opened, by its moment and id: `<at>.<id>`.
    pub entry: String,
}

impl Asked {
    /// From a query.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key| get(key).unwrap_or_default();
        Self {
            who: get("who"),
            what: get("what"),
            kind: get("kind"),
            on: get("on"),
            from: get("from"),
            to: get("to"),
            ahead: get("ahead"),
            text: get("text"),
            address: get("address"),
            before: get("before"),
            entry: get("entry"),
        }
    }

    /// Which entries are wanted.
    pub fn filter(&self) -> Filter {
        let ahead = self.ahead.parse::<Millis>().unwrap_or_default().clamp(-1_440, 1_440) * MINUTE;
        let day = |text: &str| midnight(text).map(|at| at - ahead);
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter {
            actor: self.who.parse().ok(),
            action: self.what.parse::<Action>().ok(),
            group: self.what.parse::<Group>().ok(),
            resource_kind: some(&self.kind),
            resource: self.on.parse().ok(),
            from: day(&self.from),
            to: day(&self.to).map(|at| at + DAY),
            text: some(&self.text),
            address: self.address.trim().parse().ok(),
        }
    }

    pub fn cursor(&self) -> Option<Cursor> {
        self.before.parse().ok()
    }

    /// Whether an address was typed that is none.
    pub fn is_no_address(&self) -> bool {
        !self.address.trim().is_empty() && self.filter().address.is_none()
    }

    /// Whether anything is narrowed.
    pub fn narrows(&self) -> bool {
        self.filter() != Filter::default()
    }

    /// The query that asks for the same, with its question mark; empty when nothing is asked for.
    pub fn query(&self) -> String {
        query_of([
            ("who", self.who.as_str()),
            ("what", self.what.as_str()),
            ("kind", self.kind.as_str()),
            ("on", self.on.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("ahead", self.ahead.as_str()),
            ("text", self.text.as_str()),
            ("address", self.address.as_str()),
            ("before", self.before.as_str()),
            ("entry", self.entry.as_str()),
        ])
    }

    /// The same with another entry opened; with an empty one none.
    #[must_use]
    pub fn opening(&self, entry: String) -> Self {
        Self { entry, ..self.clone() }
    }

    /// The page behind an entry.
    #[must_use]
    pub fn older(&self, before: String) -> Self {
        Self { before, entry: String::new(), ..self.clone() }
    }
}

/// The first moment of a day in UTC: `2026-11-20`. Days since 1970 by eras of 400 years that begin on 1 March.
fn midnight(text: &str) -> Option<Millis> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !((1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::when::iso;

    #[test]
    fn days_are_the_readers() {
        for day in ["1970-01-01", "2000-02-29", "2026-11-20", "2027-03-01", "2100-12-31"] {
            assert_eq!(iso(midnight(day).unwrap()), format!("{day}T00:00:00Z"));
        }
        for wrong in ["", "2026", "2026-11", "2026-13-01", "2026-11-32", "20-11-2026x", "1969-12-31"] {
            assert_eq!(midnight(wrong), None, "{wrong}");
        }
        let asked =
            Asked { from: "2026-11-20".into(), to: "2026-11-20".into(), ahead: "330".into(), ..Asked::default() };
        let filter = asked.filter();
        assert_eq!(iso(filter.from.unwrap()), "2026-11-19T18:30:00Z");
        assert_eq!(filter.to.unwrap() - filter.from.unwrap(), DAY);
    }

    #[test]
    fn an_address_and_what_it_asks_for() {
        let asked = Asked { what: "member".into(), text: "a b&c=d".into(), ..Asked::default() };
        assert_eq!(asked.query(), "?what=member&text=a%20b%26c%3Dd");
        assert_eq!(asked.filter().group, Some(Group::Member));
        assert_eq!(asked.filter().action, None);
        let from = Asked { address: " 2001:db8::1".into(), ..Asked::default() };
        assert_eq!(from.query(), "?address=%202001%3Adb8%3A%3A1");
        assert_eq!(from.filter().address, "2001:db8::1".parse().ok());
        assert!(from.narrows() && !from.is_no_address());
        let asked = Asked { what: "member.removed".into(), ..asked };
        assert_eq!(asked.filter().action, Some(Action::MemberRemoved));
        assert_eq!(Asked::default().query(), "");
        let nonsense = Asked {
            who: "me".into(),
            what: "x".into(),
            on: "1".into(),
            from: "yesterday".into(),
            before: "x".into(),
            text: "  ".into(),
            address: "203.0.113".into(),
            ..Asked::default()
        };
        assert!(!nonsense.narrows() && nonsense.is_no_address());
        assert_eq!(nonsense.cursor(), None);
    }
}

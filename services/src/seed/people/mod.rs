//! The customers of the demo and what was written. A plain table.

mod americas;
mod elsewhere;
mod europe;
mod south_asia;

/// Who wrote a line; of the team's, how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The customer.
    C,
    /// The customer, in a kind that is not shown yet; the text is Meta's name of it.
    U,
    /// The team: read,
    R,
    /// delivered,
    D,
    /// sent,
    S,
    /// failed.
    F,
}

/// Which of the team has the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum With {
    Nobody,
    Asha,
    Beatriz,
    Rohan,
}

/// One conversation with one customer. Who stands here twice has had an earlier conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    /// As they call themselves on WhatsApp.
    pub name: &'static str,
    /// Digits with country code; empty when only the business-scoped id is known.
    pub phone: &'static str,
    /// Meta's business-scoped user id; empty when only the phone is known.
    pub bsuid: &'static str,
    /// Which of the two numbers they wrote to.
    pub number: usize,
    pub with: With,
    pub closed: bool,
    /// Minutes since the last line.
    pub ago: i64,
    /// Customer's lines at the end that nobody has read.
    pub unread: usize,
    pub lines: &'static [(By, &'static str)],
}

const HOME: usize = 0;
const EXPORT: usize = 1;

/// Minutes in an hour and in a day, for the tables.
const H: i64 = 60;
const DAY: i64 = 24 * H;

const PERSON: Person = Person {
    name: "",
    phone: "",
    bsuid: "",
    number: HOME,
    with: With::Nobody,
    closed: false,
    ago: 0,
    unread: 0,
    lines: &[],
};

/// Everybody, by region.
pub(super) fn all() -> impl Iterator<Item = &'static Person> {
    [south_asia::PEOPLE, europe::PEOPLE, americas::PEOPLE, elsewhere::PEOPLE].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_believable() {
        let people: Vec<_> = all().collect();
        let contacts: BTreeSet<_> = people.iter().map(|p| (p.phone, p.bsuid)).collect();
        assert!((38..=44).contains(&contacts.len()), "{}", contacts.len());
        assert_eq!(contacts.iter().filter(|(phone, _)| phone.is_empty()).count(), 2);
        for p in &people {
            assert!((2..=12).contains(&p.lines.len()), "{}: {} lines", p.name, p.lines.len());
            assert!(!p.phone.is_empty() || p.bsuid.contains('.'), "{}", p.name);
            assert!(p.phone.bytes().all(|b| b.is_ascii_digit()), "{}", p.name);
            assert!(matches!(p.lines[0].0, By::C | By::U), "{}: the customer begins", p.name);
            let at_the_end = p.lines.iter().rev().take_while(|(by, _)| matches!(by, By::C | By::U)).count();
            assert!(p.unread <= at_the_end, "{}: more unread than written", p.name);
            assert!(!p.closed || (p.unread == 0 && p.ago > 10), "{}", p.name);
            assert!(p.ago > 0 && p.number <= EXPORT, "{}", p.name);
        }
        let open: Vec<_> = people.iter().filter(|p| !p.closed).collect();
        for with in [With::Nobody, With::Asha, With::Beatriz, With::Rohan] {
            assert!(open.iter().filter(|p| p.with == with).count() >= 4, "{with:?}");
        }
        assert!(people.len() - open.len() >= 6);
        assert!(people.iter().any(|p| p.lines.iter().any(|(by, _)| *by == By::F)));
    }
}

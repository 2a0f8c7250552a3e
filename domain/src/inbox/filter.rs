//! What a list of conversations is narrowed to, and in which order it stands.

use super::Row;
use crate::{
    Error,
    id::{ConversationId, LabelId, MemberId, NumberId},
    time::{HOUR, Millis},
};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A window that ends within this time is about to close.
pub const CLOSING: Millis = 2 * HOUR;
/// Labels that can be asked for together.
pub const LABELS: usize = 5;

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// What was written to last comes first.
    #[default]
    Newest,
    Oldest,
    /// Those alone in which the customer wrote last, the longest ago first.
    Waiting,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Newest, Sort::Oldest, Sort::Waiting];

    pub const fn as_str(self) -> &'static str {
        match self {
            Sort::Newest => "newest",
            Sort::Oldest => "oldest",
            Sort::Waiting => "waiting",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Sort::Newest => "Newest",
            Sort::Oldest => "Oldest",
            Sort::Waiting => "Longest waiting",
        }
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == s)
    }

    /// How two rows stand to each other, by their [`Row::sort_key`]: what is less comes first.
    pub fn compare(self, a: (Millis, ConversationId), b: (Millis, ConversationId)) -> Ordering {
        match self {
            Sort::Newest => b.cmp(&a),
            Sort::Oldest | Sort::Waiting => a.cmp(&b),
        }
    }
}

/// Whose conversations are wanted. Written as the member's id, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Member(MemberId),
    Nobody,
}

impl Whose {
    pub fn parse(s: &str) -> Option<Self> {
        if s == "none" { Some(Whose::Nobody) } else { s.parse().ok().map(Whose::Member) }
    }

    pub fn as_text(self) -> String {
        match self {
            Whose::Member(id) => id.to_string(),
            Whose::Nobody => "none".to_owned(),
        }
    }
}

/// What is not set does not narrow. All that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// One of these, at most [`LABELS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Whose>,
    /// With something that nobody has read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// The customer-service window is open and ends within [`CLOSING`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// The last message was not before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// The last message was before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    #[serde(skip_serializing_if = "is_newest")]
    pub sort: Sort,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_newest(sort: &Sort) -> bool {
    *sort == Sort::Newest
}

impl Filter {
    /// What an address asks for; what cannot be read is left out.
    pub fn read(query: impl Fn(&str) -> Option<String>) -> Self {
        let mut labels: Vec<LabelId> = Vec::new();
        for label in query("label").iter().flat_map(|ids| ids.split(',')).filter_map(|id| id.parse().ok()) {
            if labels.len() < LABELS && !labels.contains(&label) {
                labels.push(label);
            }
        }
        let is_set = |key| query(key).is_some_and(|value| value == "1");
        Self {
            labels,
            number: query("number").and_then(|id| id.parse().ok()),
            assignee: query("assignee").and_then(|whose| Whose::parse(&whose)),
            unread: is_set("unread"),
            closing: is_set("closing"),
            since: query("since").and_then(|at| at.parse().ok()),
            until: query("until").and_then(|at| at.parse().ok()),
            sort: query("sort").and_then(|sort| Sort::parse(&sort)).unwrap_or_default(),
        }
    }

    /// As an address asks for it: keys and values, none of which needs to be escaped.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        if !self.labels.is_empty() {
            let ids: Vec<String> = self.labels.iter().map(ToString::to_string).collect();
            query.push(("label", ids.join(",")));
        }
        query.extend(self.number.map(|id| ("number", id.to_string())));
        query.extend(self.assignee.map(|whose| ("assignee", whose.as_text())));
        query.extend(self.unread.then(|| ("unread", "1".to_owned())));
        query.extend(self.closing.then(|| ("closing", "1".to_owned())));
        query.extend(self.since.map(|at| ("since", at.to_string())));
        query.extend(self.until.map(|at| ("until", at.to_string())));
        if self.sort != Sort::Newest {
            query.push(("sort", self.sort.as_str().to_owned()));
        }
        query
    }

    /// # Errors
    /// `Invalid` when more labels are asked for than can be.
    pub fn checked(self) -> Result<Self, Error> {
        if self.labels.len() > LABELS {
            return Err(Error::invalid("label", format!("choose at most {LABELS} labels")));
        }
        Ok(self)
    }

    /// Whether nothing is left out, whatever the order.
    pub fn takes_all(&self) -> bool {
        let Self { labels, number, assignee, unread, closing, since, until, sort } = self;
        labels.is_empty()
            && number.is_none()
            && assignee.is_none()
            && !unread
            && !closing
            && since.is_none()
            && until.is_none()
            && *sort != Sort::Waiting
    }

    /// Whether a row is wanted. `now` decides which windows are about to close.
    pub fn takes(&self, row: &Row, now: Millis) -> bool {
        let whose = match self.assignee {
            None => true,
            Some(Whose::Nobody) => row.assignee.is_none(),
            Some(Whose::Member(member)) => row.assignee == Some(member),
        };
        let closes = |end: Millis| end > now && end <= now.saturating_add(CLOSING);
        whose
            && (self.labels.is_empty() || self.labels.iter().any(|label| row.labels.contains(label)))
            && self.number.is_none_or(|number| row.number.id == number)
            && (!self.unread || row.unread > 0)
            && (!self.closing || row.window_expires_at.is_some_and(closes))
            && self.since.is_none_or(|since| row.last_message_at >= since)
            && self.until.is_none_or(|until| row.last_message_at < until)
            && (self.sort != Sort::Waiting || row.waits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn full() -> Filter {
        Filter {
            labels: vec![LabelId(Uuid::from_u128(1)), LabelId(Uuid::from_u128(2))],
            number: Some(NumberId(Uuid::from_u128(3))),
            assignee: Some(Whose::Nobody),
            unread: true,
            closing: true,
            since: Some(-5),
            until: Some(7),
            sort: Sort::Waiting,
        }
    }

    #[test]
    fn an_address_says_what_was_asked_for() {
        for filter in
            [Filter::default(), full(), Filter { assignee: Some(Whose::Member(Uuid::from_u128(9).into())), ..full() }]
        {
            let query = filter.query();
            let read = Filter::read(|key| query.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone()));
            assert_eq!(read, filter);
            let json = serde_json::to_string(&filter).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Filter>(&json).ok(), Some(filter));
        }
        assert_eq!(Filter::read(|_| Some("nonsense".to_owned())), Filter::default());
        assert_eq!(serde_json::to_string(&Filter::default()).unwrap_or_default(), "{}");
        let many: Vec<String> = (0..9).map(|n| Uuid::from_u128(n).to_string()).collect();
        let read = Filter::read(|key| (key == "label").then(|| many.join(",")));
        assert_eq!(read.labels.len(), LABELS);
    }

    #[test]
    fn an_order_alone_leaves_nothing_out() {
        assert!(Filter { sort: Sort::Oldest, ..Filter::default() }.takes_all());
        assert!(!Filter { sort: Sort::Waiting, ..Filter::default() }.takes_all());
        assert!(!Filter { since: Some(0), ..Filter::default() }.takes_all());
    }
}

//! State before + events = fresh fetch, whatever a list is narrowed to and however it is sorted.

use super::*;
use crate::{
    content::{Content, Extras},
    conversation::{State, View},
    id::{ContactId, ConversationId, LabelId, MemberId, MessageId, NumberId},
    message::{Direction, Kind, Origin, Status, Times},
    number::NumberBrief,
    permission::{Access, Permissions, Sight},
    time::{HOUR, Millis},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

const NOW: Millis = 1_000_000_000;
const ME: MemberId = MemberId(Uuid::from_u128(1));

fn row() -> impl Strategy<Value = Row> {
    let place = (0..9_u128, 0..6_i64, prop_oneof![Just(State::Open), Just(State::Snoozed), Just(State::Closed)]);
    let facts = (any::<Option<bool>>(), any::<bool>(), 0..3_i64, proptest::option::of(-1..5_i64));
    (place, facts, proptest::collection::vec(0..4_u128, 0..3)).prop_map(
        |((id, at, state), (whose, theirs, unread, window), labels)| Row {
            id: ConversationId(Uuid::from_u128(id)),
            contact: ContactBrief {
                id: ContactId(Uuid::from_u128(id)),
                name: "Meera".into(),
                phone: None,
                username: None,
                group: false,
            },
            number: NumberBrief {
                id: NumberId(Uuid::from_u128(id % 2)),
                name: String::new(),
                display_number: String::new(),
            },
            state,
            assignee: whose.map(|mine| if mine { ME } else { MemberId(Uuid::from_u128(2)) }),
            preview: Some(Preview {
                direction: if theirs { Direction::In } else { Direction::Out },
                kind: Kind::Text,
                status: Status::Sent,
                text: "Hi".into(),
            }),
            last_message_at: at,
            unread,
            window_expires_at: window.map(|hours| NOW + hours * HOUR),
            opted_out_at: None,
            labels: labels.into_iter().map(|id| LabelId(Uuid::from_u128(id))).collect(),
            snoozed_until: None,
            unanswered: false,
        },
    )
}

fn filter() -> impl Strategy<Value = Filter> {
    let labels = proptest::collection::vec((0..4_u128).prop_map(|id| LabelId(Uuid::from_u128(id))), 0..3);
    let whose =
        prop_oneof![Just(Whose::Nobody), Just(Whose::Member(ME)), Just(Whose::Member(MemberId(Uuid::from_u128(2)))),];
    let number = proptest::option::weighted(0.3, (0..2_u128).prop_map(|id| NumberId(Uuid::from_u128(id))));
    let times = (proptest::option::weighted(0.3, 0..6_i64), proptest::option::weighted(0.3, 0..7_i64));
    let flags =
        (proptest::bool::weighted(0.2), proptest::bool::weighted(0.2), proptest::sample::select(&Sort::ALL[..]));
    (labels, number, proptest::option::weighted(0.3, whose), times, flags).prop_map(
        |(labels, number, assignee, (since, until), (unread, closing, sort))| Filter {
            labels,
            number,
            assignee,
            unread,
            closing,
            since,
            until,
            sort,
        },
    )
}

fn view() -> impl Strategy<Value = View> {
    proptest::sample::select(&View::ALL[..])
}

/// A fetch of the first `page` rows.
fn fetch(all: &[Row], (view, filter): (View, &Filter), page: usize, seq: i64) -> InboxView {
    let mut fresh = InboxView {
        seq,
        me: ME,
        view,
        filter: filter.clone(),
        at: NOW,
        rows: Vec::new(),
        more: false,
        counts: Counts::default(),
        labels: Vec::new(),
        thread: None,
    };
    let mut rows: Vec<Row> = all.iter().filter(|row| fresh.wants(row)).cloned().collect();
    rows.sort_by(|a, b| filter.sort.compare(a.sort_key(), b.sort_key()));
    fresh.more = rows.len() > page;
    rows.truncate(page);
    fresh.rows = rows;
    for row in all.iter().filter(|row| row.state == State::Open) {
        fresh.counts.all += 1;
        fresh.counts.unread += i64::from(row.unread > 0);
        match row.assignee {
            None => fresh.counts.unassigned += 1,
            Some(ME) => fresh.counts.mine += 1,
            Some(_) => {}
        }
    }
    fresh
}

/// Puts a row where another of its id stood; says where that was.
fn store(all: &mut Vec<Row>, row: &Row) -> Option<Place> {
    let was = all.iter().position(|known| known.id == row.id).map(|place| all.remove(place));
    all.push(row.clone());
    was.map(|was| Place::of(&was))
}

proptest! {
    #[test]
    fn a_narrowed_list_stays_true(
        before in proptest::collection::vec(row(), 0..8),
        after in proptest::collection::vec(row(), 1..12),
        (view, filter) in (view(), filter()),
        page in 1..6_usize,
    ) {
        let mut all = Vec::new();
        for row in &before {
            store(&mut all, row);
        }
        let mut screen = fetch(&all, (view, &filter), page, 0);
        for (seq, row) in (1..).zip(&after) {
            let event = match store(&mut all, row) {
                Some(was) => Event::Conversation { row: row.clone(), was, lines: Vec::new() },
                None => Event::Gained { row: row.clone() },
            };
            apply(&mut screen, &Live { seq, event });
            let whole = fetch(&all, (view, &filter), usize::MAX, seq);
            // What is shown is the beginning of the list, and all of it where nothing is said to follow.
            prop_assert!(whole.rows.starts_with(&screen.rows), "{:?} is no beginning of {:?}", screen.rows, whole.rows);
            prop_assert!(screen.more || screen.rows == whole.rows);
            prop_assert_eq!(screen.counts, whole.counts);
        }
    }

    /// What a member may not read is not needed to know who waits.
    #[test]
    fn a_veil_hides_words_and_no_row(row in row(), filter in filter()) {
        let nothing = Eyes { contacts: Sight::All, conversations: Sight::All, messages: Sight::Nothing, access: Access { permissions: Permissions::NONE, unassigned: false } };
        let veiled = nothing.veil(row.clone());
        prop_assert_eq!(&veiled.preview, &None);
        prop_assert_eq!(filter.takes(&veiled, NOW), filter.takes(&row, NOW));
        prop_assert_eq!(nothing.veil(veiled.clone()), veiled);
    }
}

/// A message at this moment, whose place is that moment.
fn at(at: Millis, text: &str) -> MessageView {
    MessageView {
        id: MessageId(Uuid::from_u128(u128::try_from(at).unwrap_or_default())),
        direction: Direction::In,
        kind: Kind::Text,
        text: text.to_owned(),
        at,
        status: Status::Received,
        times: Times::default(),
        error: None,
        author: None,
        tries: 0,
        next_try: None,
        overtaken: false,
        template: None,
        content: Content::None,
        extras: Extras::default(),
        origin: Origin::Api,
    }
}

proptest! {
    /// Whatever comes, a stretch of a thread stays what stands between its ends, with nothing left out.
    #[test]
    fn a_stretch_stays_whole(
        mut row in row(),
        known in proptest::collection::btree_set(0..40_i64, 2..20),
        (above, below) in (0..20_usize, 0..20_usize),
        came in proptest::collection::vec(0..60_i64, 0..20),
    ) {
        row.state = State::Open;
        let mut all: BTreeMap<Millis, MessageView> = known.iter().map(|moment| (*moment, at(*moment, "before"))).collect();
        let count = all.len();
        let from = above.min(count - 1);
        let to = count - below.min(count - 1 - from);
        let messages: Vec<MessageView> = all.values().take(to).skip(from).cloned().collect();
        let (first, last) = (messages[0].at, messages[messages.len() - 1].at);
        let (more, newer) = (from > 0, to < count);
        let mut screen = fetch(&[], (View::All, &Filter::default()), 1, 0);
        screen.thread = Some(Thread { row: row.clone(), messages, more, newer, notes: Vec::new() });
        for (seq, moment) in (1..).zip(came) {
            let message = at(moment, "after");
            let known = all.insert(moment, message.clone()).is_some();
            let row = row.clone();
            let event =
                if known { Event::MessageChanged { row, message } } else { Event::Message { row, message, opened: false, unread: false } };
            apply(&mut screen, &Live { seq, event });
        }
        let between = all.into_values().filter(|message| {
            (!more || message.at >= first) && (!newer || message.at <= last)
        });
        let expected: Vec<MessageView> = between.collect();
        prop_assert_eq!(screen.thread.map(|thread| thread.messages), Some(expected));
    }
}

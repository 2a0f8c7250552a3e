//! What the screen makes of answers and events.

use app::inbox::{
    place::Place,
    screen::{Middle, Screen},
};
use domain::{
    id::MemberId,
    inbox::{Event, Live},
    inbox::{MessageView, Row},
    role::Role,
};
use leptos::prelude::*;

use crate::support::{NOW, id, row, screenful};

fn on_screen(test: impl FnOnce(Screen)) {
    Owner::new().with(|| {
        let open = Some(row().id);
        let place = Memo::new(move |_| Place { open, ..Place::default() });
        test(Screen::new(screenful(Role::Agent, row(), Vec::<MessageView>::new()), place));
    });
}

fn unread(screen: Screen) -> Option<i64> {
    screen.open.get_untracked().map(|row| row.unread)
}

#[test]
fn an_answer_that_is_older_than_the_screen_changes_nothing() {
    on_screen(|screen| {
        let newer = Row { last_message_at: NOW, unread: 3, ..row() };
        let event = Event::Conversation { was: domain::inbox::Place::of(&newer), row: newer, lines: Vec::new() };
        screen.live(&Live { seq: 1, event });
        assert_eq!(unread(screen), Some(3));
        screen.put_row(row(), 0);
        assert_eq!(unread(screen), Some(3));
        screen.put_row(Row { last_message_at: NOW, unread: 0, ..row() }, 1);
        assert_eq!(unread(screen), Some(0));
    });
}

#[test]
fn who_hands_over_reads_who_has_it_now() {
    on_screen(|screen| {
        screen.handed_over(&Row { assignee: Some(MemberId(id(3))), ..row() });
        assert_eq!(screen.middle.get_untracked(), Middle::Lost(Some("Now with Lucía Herrera".to_owned())));
        assert!(screen.open.get_untracked().is_none());
        assert!(screen.rows.read_untracked().is_empty());
    });
}

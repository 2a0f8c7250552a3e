//! What was written elsewhere, and groups.

use app::inbox::thread::middle_view;
use domain::{
    content::Extras,
    message::{Direction, Kind, Origin, Status},
    role::Role,
};

use crate::support::{draw, has, message, row, screenful};

fn written(direction: Direction, status: Status, origin: Origin) -> String {
    let mut one = message(100, direction, status);
    one.origin = origin;
    draw(screenful(Role::Owner, row(), vec![one]), middle_view)
}

#[test]
fn a_message_says_where_it_was_written() {
    let phone = "Written in the phone app";
    let before = "From before this number was connected";
    let here = written(Direction::Out, Status::Sent, Origin::Api);
    assert!(!here.contains(phone) && !here.contains(before));
    has(&written(Direction::Out, Status::Sent, Origin::Phone), phone);
    for direction in [Direction::In, Direction::Out] {
        has(&written(direction, Status::Read, Origin::History), before);
    }
}

#[test]
fn what_failed_elsewhere_is_not_sent_again_from_here() {
    has(&written(Direction::Out, Status::Failed, Origin::Api), "Send again");
    for origin in [Origin::Phone, Origin::History] {
        assert!(!written(Direction::Out, Status::Failed, origin).contains("Send again"));
    }
}

#[test]
fn what_was_done_on_the_phone_is_said_so() {
    let mut deleted = message(100, Direction::Out, Status::Sent);
    deleted.extras = Extras { revoked_at: Some(1), ..Extras::default() };
    has(&draw(screenful(Role::Owner, row(), vec![deleted]), middle_view), "This message was deleted on the phone.");
    let mut edited = message(100, Direction::Out, Status::Sent);
    edited.extras = Extras { edited_at: Some(1), ..Extras::default() };
    has(&draw(screenful(Role::Owner, row(), vec![edited]), middle_view), "Edited ");
    let mut waiting = message(100, Direction::In, Status::Received);
    (waiting.kind, waiting.text, waiting.origin) = (Kind::Unsupported, "media_placeholder".to_owned(), Origin::History);
    let html = draw(screenful(Role::Owner, row(), vec![waiting]), middle_view);
    has(&html, "A file from before");
    assert!(!html.contains("Unsupported message"));
}

#[test]
fn a_group_is_read_and_not_answered() {
    let mut group = row();
    (group.contact.group, group.contact.phone) = (true, None);
    let mut said = message(100, Direction::In, Status::Received);
    said.extras = Extras { group: Some("G".to_owned()), author: Some("Ana K".to_owned()), ..Extras::default() };
    for role in [Role::Owner, Role::Agent] {
        let html = draw(screenful(role, group.clone(), vec![said.clone()]), middle_view);
        for part in ["This is a WhatsApp group.", "Ana K", "wrote this in the group"] {
            has(&html, part);
        }
        assert!(!html.contains("<textarea"), "nothing can be written there");
    }
}

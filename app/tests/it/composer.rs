//! The composer, or what stands in its place.

use app::inbox::thread::middle_view;
use domain::{conversation::State, role::Role, time::MINUTE};

use crate::support::{NOW, draw, has, has_not, id, row, screenful};

#[test]
fn a_reply_can_be_sent_without_a_script() {
    let html = draw(screenful(Role::Agent, row(), Vec::new()), middle_view);
    has(&html, &format!("action=\"/w/kaveri-home/conversations/{}/reply\"", id(10)));
    has(&html, "aria-label=\"Reply to Meera Krishnan\"");
    has(&html, &format!("name=\"key\" value=\"{}\"", id(99)));
    has(&html, "Free-form until 10:42 tomorrow");
    has(&html, &format!("action=\"/w/kaveri-home/conversations/{}/close\"", id(10)));
    has(&html, &format!("action=\"/w/kaveri-home/conversations/{}/assign\"", id(10)));
}

#[test]
fn a_window_that_closes_soon_is_counted_down() {
    let mut row = row();
    row.window_expires_at = Some(NOW + 52 * MINUTE);
    let html = draw(screenful(Role::Agent, row, Vec::new()), middle_view);
    has(&html, "closes in 52 m");
    has_not(&html, "Free-form until");
}

#[test]
fn text_and_reason_are_kept_when_a_form_failed() {
    let mut first = screenful(Role::Agent, row(), Vec::new());
    first.error = Some("The message is too long.".to_owned());
    first.text = Some("a & b </textarea><b>".to_owned());
    let html = draw(first, middle_view);
    has(&html, "The message is too long.");
    has(&html, ">\na &amp; b &lt;/textarea>&lt;b></textarea>");
}

#[test]
fn who_only_reads_finds_no_control() {
    let html = draw(screenful(Role::Viewer, row(), Vec::new()), middle_view);
    has(&html, "You can read this workspace");
    has_not(&html, "<textarea");
    has_not(&html, "<form");
}

#[test]
fn a_closed_conversation_offers_to_reopen() {
    let mut row = row();
    row.state = State::Closed;
    let html = draw(screenful(Role::Agent, row, Vec::new()), middle_view);
    has(&html, "Reopen to reply");
    has(&html, &format!("action=\"/w/kaveri-home/conversations/{}/reopen\"", id(10)));
    has_not(&html, "<textarea");
}

#[test]
fn after_24_hours_it_says_what_is_true() {
    let mut row = row();
    row.window_expires_at = Some(NOW);
    let html = draw(screenful(Role::Agent, row, Vec::new()), middle_view);
    has(&html, "A message from them opens the window");
    has(&html, "Meera Krishnan");
    has_not(&html, "<textarea");
}

#[test]
fn what_becomes_of_a_closed_conversation_is_true() {
    let mut row = row();
    row.state = State::Closed;
    let html = draw(screenful(Role::Agent, row, Vec::new()), middle_view);
    has(&html, "If the customer writes again, a new conversation begins.");
}

#[test]
fn text_that_finds_no_composer_is_kept_to_be_copied() {
    let mut row = row();
    row.window_expires_at = Some(NOW);
    let mut first = screenful(Role::Agent, row, Vec::new());
    first.error = Some("The window is closed.".to_owned());
    first.text = Some("a & b".to_owned());
    let html = draw(first, middle_view);
    has(&html, "The window is closed.");
    has(&html, "readonly");
    has(&html, ">\na &amp; b</textarea>");
}

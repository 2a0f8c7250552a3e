//! Rows and views.

use app::inbox::list::list_view;
use domain::{
    conversation::View,
    inbox::Preview,
    message::{Direction, Kind, Status},
    role::Role,
};

use crate::support::{draw, has, has_not, id, row, screenful};

#[test]
fn a_row_says_who_what_when_and_whose() {
    let mut row = row();
    row.unread = 2;
    let html = draw(screenful(Role::Owner, row, Vec::new()), list_view);
    has(&html, &format!("href=\"/w/kaveri-home/inbox/{}\"", id(10)));
    has(&html, "convo unread");
    has(&html, "aria-current=\"true\"");
    has(&html, "Meera Krishnan");
    has(&html, "9 m</time>");
    has(&html, "datetime=\"2026-11-18T10:43:07Z\"");
    has(&html, "Delivered");
    has(&html, "unread: ");
    has(&html, "closes in 23 h 50 m");
    has(&html, "data-left=\"11\"");
    has(&html, "Assigned to ");
    has(&html, "Rohan Iyer");
    has_not(&html, " style=");
}

#[test]
fn previews_begin_with_what_happened() {
    for (direction, kind, status, text, shown) in [
        (Direction::In, Kind::Text, Status::Received, "Hello", "Hello"),
        (Direction::In, Kind::Unsupported, Status::Received, "poll", "Unsupported message: poll"),
        (Direction::In, Kind::Image, Status::Received, "Photo: Look", "href=\"#i-image\""),
        (Direction::In, Kind::Button, Status::Received, "Tapped “Yes”", ">Tapped “Yes”<"),
        (Direction::Out, Kind::Text, Status::Failed, "Hello", "Not delivered: "),
    ] {
        let mut row = row();
        row.preview = Some(Preview { direction, kind, status, text: text.to_owned() });
        has(&draw(screenful(Role::Owner, row, Vec::new()), list_view), shown);
    }
}

#[test]
fn views_are_links_and_each_role_has_its_own() {
    let html = draw(screenful(Role::Manager, row(), Vec::new()), list_view);
    for (view, href) in [
        ("Mine", "/inbox?view=mine"),
        ("Unassigned", "/inbox?view=unassigned"),
        ("All", "/inbox\""),
        ("Closed", "/inbox?view=closed"),
    ] {
        has(&html, view);
        has(&html, &format!("/w/kaveri-home{href}"));
    }
    let mut first = screenful(Role::Agent, row(), Vec::new());
    first.inbox.view = View::Mine;
    let html = draw(first, list_view);
    has(&html, "href=\"/w/kaveri-home/inbox\"");
    has_not(&html, "view=unassigned");
    has_not(&html, "view=all");
}

#[test]
fn the_next_page_is_a_link() {
    let mut first = screenful(Role::Owner, row(), Vec::new());
    first.inbox.more = true;
    let html = draw(first, list_view);
    has(&html, &format!("/w/kaveri-home/inbox?view=all&amp;before=1794998587000.{}", id(10)));
}

#[test]
fn an_empty_view_says_why() {
    let mut first = screenful(Role::Owner, row(), Vec::new());
    first.inbox.rows.clear();
    first.inbox.view = View::Mine;
    let html = draw(first, list_view);
    has(&html, "Nobody is waiting");
    has(&html, "You have answered everyone assigned to you.");
}

#[test]
fn what_went_wrong_is_said_above_the_list_when_no_thread_is_open() {
    let mut first = screenful(Role::Agent, row(), Vec::new());
    first.error = Some("It is somebody else's now.".to_owned());
    first.text = Some("On its way <b>".to_owned());
    let html = draw(first.clone(), list_view);
    has_not(&html, "somebody else's now");
    first.inbox.thread = None;
    let html = draw(first, list_view);
    has(&html, "It is somebody else's now.");
    has(&html, "Your text was not sent");
    has(&html, ">\nOn its way &lt;b></textarea>");
}

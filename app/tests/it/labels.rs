//! Labels, filters, saved views, quick replies: as the server draws them.

use app::{
    inbox::{list::list_view, thread::middle_view},
    labels::{
        page::labels_page,
        server::{LabelsView, Line},
    },
    quick::{page::quick_page, server::QuickView},
};
use domain::{
    conversation::View,
    id::{LabelId, MemberId, NumberId, QuickReplyId, SavedViewId},
    inbox::{Filter, SavedView, Sort, Whose},
    label::{Colour, Label},
    quick::QuickReply,
    role::Role,
};
use leptos::prelude::*;

use crate::{
    hostile::{corpus, harmless},
    support::{NOW, draw, has, has_not, id, plain, row, screenful},
    team::frame,
};

fn label(n: u128, name: &str, colour: Colour) -> Label {
    Label { id: LabelId(id(n)), name: name.to_owned(), colour }
}

fn labelled(names: &[&str]) -> app::inbox::screenful::Screenful {
    let mut row = row();
    let labels: Vec<Label> = (100..).zip(names).map(|(n, name)| label(n, name, Colour::Lime)).collect();
    // One that there is no more.
    row.labels = labels.iter().map(|label| label.id).chain([LabelId(id(999))]).collect();
    let mut first = screenful(Role::Owner, row, Vec::new());
    first.inbox.labels = labels;
    first
}

fn page(view: impl FnOnce() -> AnyView) -> String {
    Owner::new().with(|| plain(&view().to_html()))
}

#[test]
fn a_row_has_room_for_two_labels() {
    let html = draw(labelled(&["VIP", "Shipping", "COD"]), list_view);
    has(&html, "<span data-colour=\"lime\" class=\"chip\"><bdi>VIP</bdi></span>");
    // How many there are takes the room of one, so that no other has to shrink.
    has_not(&html, "class=\"chip\"><bdi>Shipping");
    has(&html, "title=\"Shipping, COD\"");
    has(&html, " more labels: ");
    let html = draw(labelled(&["VIP", "Shipping"]), list_view);
    has(&html, "<bdi>VIP</bdi>");
    has(&html, "<bdi>Shipping</bdi>");
    has_not(&html, " more labels: ");
    let html = draw(labelled(&["VIP", "Shipping", "COD"]), middle_view);
    has(&html, "<bdi>COD</bdi>");
    has(&html, "aria-keyshortcuts=\"l\"");
    has_not(&draw(labelled(&[]), list_view), "class=\"chip");
    // Who may not label is offered no button.
    let mut first = labelled(&["VIP"]);
    first.access.permissions = Role::Viewer.permissions();
    has_not(&draw(first, middle_view), "label-button");
}

#[test]
fn each_filter_is_a_chip_that_can_be_taken_away() {
    let mut first = labelled(&["VIP", "COD"]);
    let (vip, cod) = (first.inbox.labels[0].id, first.inbox.labels[1].id);
    first.inbox.view = View::Unassigned;
    first.inbox.filter = Filter {
        labels: vec![vip, cod],
        number: Some(NumberId(id(30))),
        assignee: Some(Whose::Member(MemberId(id(3)))),
        unread: true,
        closing: true,
        since: Some(NOW),
        until: None,
        sort: Sort::Oldest,
    };
    first.numbers = vec![row().number];
    first.inbox.more = true;
    let html = draw(first.clone(), list_view);
    for name in ["VIP", "COD", "To Kaveri India", "Lucía Herrera", "Unread", "Closes within 2 h", "Since Today"] {
        has(&html, &format!("aria-label=\"Remove filter {name}\""));
    }
    // Without one, all others stay, and so does the view.
    let rest = format!(
        "/w/kaveri-home/inbox?view=unassigned&amp;label={cod}&amp;number={}&amp;assignee={}&amp;unread=1&amp;closing=1&amp;since={NOW}&amp;sort=oldest",
        id(30),
        id(3)
    );
    has(&html, &format!("href=\"{rest}\" aria-label=\"Remove filter VIP\""));
    // Views, rows and pages keep it too.
    has(&html, &format!("inbox?view=closed&amp;label={vip},{cod}&amp;"));
    has(&html, &format!("inbox/{}?view=unassigned&amp;label={vip},{cod}&amp;", id(10)));
    has(&html, "sort=oldest&amp;before=");
    has(&html, "aria-label=\"Sort: Oldest\"");
    first.inbox.rows.clear();
    first.inbox.more = false;
    let html = draw(first, list_view);
    has(&html, "Nothing fits the filter");
    has(&html, "href=\"/w/kaveri-home/inbox?view=unassigned\" class=\"btn\">Show all");
}

#[test]
fn saved_views_stand_beside_the_views() {
    let filter = Filter { unread: true, ..Filter::default() };
    let mut first = screenful(Role::Owner, row(), Vec::new());
    has_not(&draw(first.clone(), list_view), "Saved views");
    first.saved = vec![
        SavedView { id: SavedViewId(id(1)), name: "Late ones".to_owned(), view: View::Closed, filter: filter.clone() },
        SavedView { id: SavedViewId(id(2)), name: "Here".to_owned(), view: View::All, filter: filter.clone() },
    ];
    first.inbox.filter = filter;
    let html = draw(first, list_view);
    has(&html, "aria-label=\"Saved views\"");
    has(&html, "<a href=\"/w/kaveri-home/inbox?view=closed&amp;unread=1\" class=\"chip lg\"><bdi>Late ones</bdi></a>");
    has(&html, "href=\"/w/kaveri-home/inbox?unread=1\" aria-current=\"page\" class=\"chip lg\"><bdi>Here</bdi>");
}

#[test]
fn rows_can_be_selected() {
    let html = draw(screenful(Role::Owner, row(), Vec::new()), list_view);
    has(&html, "aria-label=\"Select Meera Krishnan\"");
    has_not(&html, "bulkbar");
}

#[test]
fn the_settings_list_what_there_is() {
    let lines = vec![Line { label: label(1, "VIP", Colour::Red), conversations: 12 }];
    let html = page(|| labels_page(LabelsView { frame: frame(Role::Owner), lines }));
    has(&html, "data-colour=\"red\" class=\"chip\"><bdi>VIP</bdi>");
    has(&html, ">12</td>");
    has(&html, "href=\"/w/kaveri-home/labels\" rel=\"external\" aria-current=\"page\"");
    has(&html, "href=\"/w/kaveri-home/quick-replies\"");
    has_not(&html, " style=");
    let html = page(|| labels_page(LabelsView { frame: frame(Role::Owner), lines: Vec::new() }));
    has(&html, "No labels yet");
    let reply = QuickReply {
        id: QuickReplyId(id(1)),
        shortcut: "hello".to_owned(),
        title: "Greeting".to_owned(),
        body: "Hi {{contact.name}}".to_owned(),
    };
    let html = page(|| quick_page(QuickView { frame: frame(Role::Owner), replies: vec![reply] }));
    has(&html, "<code>/<bdi>hello</bdi></code>");
    has(&html, "Hi {{contact.name}}");
    let html = page(|| quick_page(QuickView { frame: frame(Role::Owner), replies: Vec::new() }));
    has(&html, "No quick replies yet");
}

#[test]
fn names_of_colleagues_are_words() {
    for name in corpus() {
        let mut first = labelled(&[&name, &name, &name]);
        first.inbox.filter.labels = vec![first.inbox.labels[0].id];
        let saved =
            SavedView { id: SavedViewId(id(1)), name: name.clone(), view: View::All, filter: Filter::default() };
        first.saved = vec![saved];
        harmless(&draw(first.clone(), list_view), &name);
        harmless(&draw(first, middle_view), &name);
        let lines = vec![Line { label: label(1, &name, Colour::Red), conversations: 1 }];
        harmless(&page(|| labels_page(LabelsView { frame: frame(Role::Owner), lines })), &name);
        let reply =
            QuickReply { id: QuickReplyId(id(1)), shortcut: name.clone(), title: name.clone(), body: name.clone() };
        harmless(&page(|| quick_page(QuickView { frame: frame(Role::Owner), replies: vec![reply] })), &name);
    }
}

#[test]
fn what_waits_to_be_read_stands_in_the_rail_of_every_page() {
    for (count, shown) in [(0, None), (7, Some("7")), (99, Some("99")), (100, Some("99+"))] {
        let mut frame = frame(Role::Owner);
        frame.unread.count = count;
        // The bell counts something else.
        frame.waiting = 0;
        let html = page(|| labels_page(LabelsView { frame, lines: Vec::new() }));
        match shown {
            Some(shown) => {
                has(&html, &format!("<span aria-hidden=\"true\" class=\"count\">{shown}</span>"));
                has(&html, &format!(", {shown} unread"));
            }
            None => {
                has_not(&html, "class=\"count\"");
                has_not(&html, " unread");
            }
        }
    }
}

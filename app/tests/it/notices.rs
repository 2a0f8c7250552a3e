//! The page of notifications, and the switcher between numbers.

use app::{
    inbox::list::list_view,
    notices::{
        page::notices_page,
        server::{NoticesScreen, Told},
    },
};
use domain::{
    id::{ConversationId, MemberId, NoteId, NoticeId, NumberId, PushId},
    notice::{Choices, Kind, Notice},
    number::NumberBrief,
    role::Role,
};

use leptos::prelude::*;

use crate::{
    support::{draw, has, has_not, id, plain, row, screenful},
    team::frame,
};

fn notice(nth: u128, kind: Kind, words: Option<&str>, unread: bool) -> Notice {
    Notice {
        id: NoticeId(id(nth)),
        kind,
        actor: MemberId(id(3)),
        actor_name: "Rohan <b>Iyer</b>".to_owned(),
        conversation: ConversationId(id(10)),
        contact: "Meera Krishnan".to_owned(),
        words: words.map(str::to_owned),
        note: words.map(|_| NoteId(id(77))),
        at: 1_780_000_000_000,
        unread,
    }
}

#[test]
fn who_did_what_is_said_and_what_is_unread() {
    let screen = NoticesScreen {
        frame: frame(Role::Agent),
        notices: vec![notice(1, Kind::Mention, Some("look <here>"), true), notice(2, Kind::Assigned, None, false)],
        alerts: 2,
        choices: Choices { sound: true, ..Choices::default() },
        browsers: vec![Told {
            id: PushId(id(5)),
            name: "Firefox on Windows".to_owned(),
            pocket: false,
            since: 1_780_000_000_000,
        }],
        key: Some("BKey".to_owned()),
    };
    let html = Owner::new().with(|| {
        leptos_meta::provide_meta_context();
        plain(&notices_page(screen).to_html())
    });
    has(&html, "Rohan &lt;b&gt;Iyer&lt;/b&gt;");
    has(&html, " named you in a note on ");
    has(&html, "look &lt;here&gt;");
    has(&html, " gave you the conversation with ");
    has(&html, &format!("href=\"/w/kaveri-home/inbox/{}\"", id(10)));
    has(&html, &format!("href=\"/w/kaveri-home/inbox/{}?note={}\"", id(10), id(77)));
    has(&html, "Alerts, 2 new");
    has(&html, "Mark all as read");
    has(&html, "Firefox on Windows");
    has(&html, "Turn on in this browser");
    has_not(&html, " style=");
}

#[test]
fn a_workspace_with_one_number_has_nothing_to_switch() {
    let number = |nth: u128, name: &str| NumberBrief {
        id: NumberId(id(nth)),
        name: name.to_owned(),
        display_number: format!("+91 80 5550 014{nth}"),
    };
    let mut first = screenful(Role::Owner, row(), Vec::new());
    first.numbers = vec![number(1, "Kaveri India")];
    has_not(&draw(first.clone(), list_view), "number-button");
    first.numbers.push(number(2, "Kaveri México"));
    has(&draw(first.clone(), list_view), "All numbers");
    first.inbox.filter.number = Some(NumberId(id(2)));
    has(&draw(first, list_view), "Kaveri México");
}

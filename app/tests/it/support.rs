//! A small inbox, and a way to draw parts of it.

use app::inbox::{place::Place, screen::Screen, screenful::Screenful};
use domain::{
    content::{Content, Extras},
    conversation::{State, View},
    id::{ContactId, ConversationId, MemberId, MessageId, NumberId, WorkspaceId},
    inbox::{ContactBrief, Counts, InboxView, MessageView, Preview, Row, Thread},
    message::{Direction, Kind, Origin, Status, Times},
    number::NumberBrief,
    permission::{Access, Permission},
    role::Role,
    time::{HOUR, MINUTE, Millis},
    workspace::{MemberBrief, Reads, WorkspaceBrief},
};
use leptos::prelude::*;
use uuid::Uuid;

/// Wednesday 18 November 2026, 10:52:07 UTC.
pub const NOW: Millis = 1_794_999_127_000;

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn member(n: u128, name: &str, role: Role) -> MemberBrief {
    let permissions = role.permissions();
    MemberBrief {
        id: MemberId(id(n)),
        name: name.to_owned(),
        role,
        title: None,
        replies: permissions.allows(Permission::MessagesSend),
        reads: Reads::of(&Access { permissions, unassigned: false }),
    }
}

pub fn row() -> Row {
    Row {
        id: ConversationId(id(10)),
        contact: ContactBrief {
            id: ContactId(id(20)),
            name: "Meera Krishnan".to_owned(),
            phone: Some("+919847055014".to_owned()),
            username: None,
            group: false,
        },
        number: NumberBrief {
            id: NumberId(id(30)),
            name: "Kaveri India".to_owned(),
            display_number: "+91 80 5550 0142".to_owned(),
        },
        state: State::Open,
        assignee: Some(MemberId(id(2))),
        preview: Some(Preview {
            direction: Direction::Out,
            kind: Kind::Text,
            status: Status::Delivered,
            text: "It leaves tomorrow.".to_owned(),
        }),
        last_message_at: NOW - 9 * MINUTE,
        unread: 0,
        window_expires_at: Some(NOW + 23 * HOUR + 50 * MINUTE),
        opted_out_at: None,
        labels: Vec::new(),
        snoozed_until: None,
        unanswered: false,
    }
}

pub fn message(n: u128, direction: Direction, status: Status) -> MessageView {
    MessageView {
        id: MessageId(id(n)),
        direction,
        kind: Kind::Text,
        text: "It leaves tomorrow.".to_owned(),
        at: NOW - 9 * MINUTE,
        status,
        times: Times::default(),
        error: None,
        author: (direction == Direction::Out).then(|| MemberId(id(2))),
        tries: 0,
        next_try: None,
        overtaken: false,
        template: None,
        content: Content::None,
        extras: Extras::default(),
        origin: Origin::Api,
    }
}

pub fn screenful(role: Role, row: Row, messages: Vec<MessageView>) -> Screenful {
    let me = member(2, "Rohan Iyer", role);
    let workspace = WorkspaceBrief {
        id: WorkspaceId(id(1)),
        slug: "kaveri-home".parse().expect("a slug"),
        name: "Kaveri".to_owned(),
    };
    Screenful {
        inbox: InboxView {
            seq: 0,
            me: me.id,
            view: View::All,
            filter: domain::inbox::Filter::default(),
            at: 0,
            labels: Vec::new(),
            rows: vec![row.clone()],
            more: false,
            counts: Counts { mine: 1, unassigned: 0, all: 1, unread: 1 },
            thread: Some(Thread { row, messages, more: false, newer: false, notes: Vec::new() }),
        },
        workspaces: vec![workspace.clone()],
        workspace,
        members: vec![me.clone(), member(3, "Lucía Herrera", Role::Manager), member(4, "Tomasz Nowak", Role::Viewer)],
        me,
        access: Access { permissions: role.permissions(), unassigned: false },
        numbers: Vec::new(),
        saved: Vec::new(),
        now: NOW,
        form_key: MessageId(id(99)),
        missing: false,
        opt_out: domain::opt_out::Scope::All,
        setup: false,
        steps: None,
        parks: Vec::new(),
        error: None,
        text: None,
        theme: None,
        demo: false,
        waiting: 0,
        locked: Vec::new(),
    }
}

/// Draws a part of a screen as the server does.
pub fn draw(first: Screenful, part: impl FnOnce(Screen) -> AnyView) -> String {
    Owner::new().with(|| {
        let open = first.inbox.thread.as_ref().map(|thread| thread.row.id);
        let place = Memo::new(move |_| Place { open, ..Place::default() });
        plain(&part(Screen::new(first, place)).to_html())
    })
}

/// Without the marks that only hydration needs.
pub fn plain(html: &str) -> String {
    html.replace("<!>", "").replace("<!--<() />-->", "")
}

/// Fails with the whole HTML when the part is not in it.
pub fn has(html: &str, part: &str) {
    assert!(html.contains(part), "no `{part}` in\n{html}");
}

pub fn has_not(html: &str, part: &str) {
    assert!(!html.contains(part), "`{part}` in\n{html}");
}

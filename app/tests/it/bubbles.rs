//! Bubbles in every state.

mod content;

use app::inbox::thread::middle_view;
use domain::{
    content::{Content, Extras, File, MediaBrief, MediaState, Notice, NoticeKind, Reaction},
    conversation::State,
    id::{MediaId, MemberId},
    inbox::{Happened, MessageView, Note, Row, TemplateLine},
    message::{Direction, Kind, Status, Times},
    role::Role,
    time::{DAY, MINUTE},
};

use crate::support::{NOW, draw, has, has_not, id, message, row, screenful};

fn thread(role: Role, messages: Vec<domain::inbox::MessageView>) -> String {
    draw(screenful(role, row(), messages), middle_view)
}

/// The bubble of what a customer sent.
fn received(kind: Kind, text: &str, content: Content, extras: Extras) -> String {
    let mut message = message(40, Direction::In, Status::Received);
    (message.kind, message.text, message.content, message.extras) = (kind, text.to_owned(), content, extras);
    thread(Role::Agent, vec![message])
}

#[test]
fn every_status_has_a_drawing_and_a_word() {
    for (status, icon, word) in [
        (Status::Queued, "clock", "Queued"),
        (Status::Sending, "clock", "Sending"),
        (Status::Accepted, "check", "Accepted"),
        (Status::Sent, "check", "Sent"),
        (Status::Delivered, "checks", "Delivered"),
        (Status::Read, "checks", "Read"),
        (Status::Unconfirmed, "unknown", "Not confirmed"),
        (Status::Failed, "alert", "Not delivered"),
        (Status::Dead, "alert", "Not delivered"),
    ] {
        let html = thread(Role::Agent, vec![message(40, Direction::Out, status)]);
        has(&html, &format!("href=\"#i-{icon}\""));
        has(&html, &format!("<span class=\"sr\">{word}"));
    }
    has(&thread(Role::Agent, vec![message(40, Direction::Out, Status::Read)]), "class=\"tick read\"");
}

#[test]
fn ticks_open_the_times_of_the_stages_that_were_reached() {
    let mut sent = message(40, Direction::Out, Status::Delivered);
    sent.times = Times {
        accepted: Some(sent.at + 1_000),
        sent: Some(sent.at + 2_000),
        delivered: Some(sent.at + 3_000),
        ..Times::default()
    };
    let html = thread(Role::Agent, vec![sent]);
    has(&html, &format!("popovertarget=\"times-{}\"", id(40)));
    has(&html, &format!("id=\"times-{}\"", id(40)));
    for stage in ["Queued", "Accepted", "Sent", "Delivered"] {
        has(&html, &format!("<span>{stage}</span>"));
    }
    has(&html, "10:43:10");
    has_not(&html, "<span>Read</span>");
}

#[test]
fn what_failed_says_why_and_can_be_sent_again_without_a_script() {
    let mut failed = message(40, Direction::Out, Status::Failed);
    failed.error = Some("The number is not on WhatsApp.".to_owned());
    let html = thread(Role::Agent, vec![failed.clone()]);
    has(&html, "msg out failed");
    has(&html, "The number is not on WhatsApp.");
    has(&html, &format!("method=\"post\" action=\"/w/kaveri-home/messages/{}/send-again\"", id(40)));
    has(&html, "Send again");
    let html = thread(Role::Viewer, vec![failed]);
    has(&html, "The number is not on WhatsApp.");
    has_not(&html, "Send again");
}

/// Where it would be refused, it is not offered.
#[test]
fn nothing_is_offered_again_to_whom_nothing_may_be_sent() {
    let failed = message(40, Direction::Out, Status::Failed);
    let with = |change: &dyn Fn(&mut Row), failed: &MessageView| {
        let mut row = row();
        change(&mut row);
        draw(screenful(Role::Agent, row, vec![failed.clone()]), middle_view).contains("Send again")
    };
    assert!(with(&|_| {}, &failed));
    assert!(!with(&|row| row.opted_out_at = Some(NOW - MINUTE), &failed));
    assert!(!with(&|row| row.state = State::Closed, &failed));
    let too_late = |row: &mut Row| row.window_expires_at = Some(NOW - MINUTE);
    assert!(!with(&too_late, &failed));
    let line = TemplateLine {
        name: "offer".to_owned(),
        language: "en".to_owned(),
        category: "utility".to_owned(),
        words: String::new(),
    };
    let template = MessageView { kind: Kind::Template, template: Some(line), ..failed };
    assert!(with(&too_late, &template));
}

#[test]
fn what_is_not_confirmed_warns_before_it_is_sent_twice() {
    let html = thread(Role::Agent, vec![message(40, Direction::Out, Status::Unconfirmed)]);
    has(&html, "msg out unsure");
    has(&html, "Meta has not confirmed this message");
    has(&html, "Send again, may arrive twice");
}

#[test]
fn words_are_drawn_as_they_were_meant() {
    let drawn = |text: &str| received(Kind::Text, text, Content::None, Extras::default());
    for (text, part) in [
        ("*very* _nice_ ~no~ `x`", "<strong>very</strong> <em>nice</em> <s>no</s> <code>x</code>"),
        ("> so you said\nyes", "<blockquote dir=\"auto\">so you said</blockquote><div dir=\"auto\">yes</div>"),
        ("- a\n- b", "<ul dir=\"auto\"><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol dir=\"auto\" start=\"3\"><li>a</li><li>b</li></ol>"),
        ("```<b>```", "<pre dir=\"ltr\"><code>&lt;b&gt;</code></pre>"),
        (
            "see https://x.example/?a=\"",
            "<a href=\"https://x.example/?a=\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">",
        ),
    ] {
        has(&drawn(text), part);
    }
    has_not(&drawn("javascript:alert(1) <script>alert(1)</script>"), "<script>alert(1)");
}

#[test]
fn what_became_of_a_conversation_is_a_line_of_its_own() {
    let line = |what: Happened, by: u128, to: Option<u128>| {
        let mut first = screenful(Role::Owner, row(), vec![message(40, Direction::In, Status::Received)]);
        let line = Note {
            id: id(41).into(),
            author: MemberId(id(by)),
            body: what.words(by != 0).to_owned(),
            at: NOW,
            mentions: to.map(|to| MemberId(id(to))).into_iter().collect(),
            edited_at: None,
            sign: what.sign().to_owned(),
        };
        if let Some(thread) = &mut first.inbox.thread {
            thread.notes.push(line);
        }
        draw(first, middle_view)
    };
    let given = line(Happened::Assigned, 2, Some(3));
    has(&given, "<b><bdi>Rohan Iyer</bdi></b> assigned this to <b><bdi>Lucía Herrera</bdi></b>");
    has(&given, "class=\"event\"");
    has(&given, "href=\"#i-userplus\"");
    has_not(&given, "Internal note");
    has(&line(Happened::Closed, 77, None), "<b><bdi>a former member</bdi></b> closed this");
    has(&line(Happened::OptedOut, 0, None), "The customer opted out");
}

#[test]
fn what_was_done_to_a_message_is_seen() {
    let reaction = |direction, emoji: &str| Reaction {
        direction,
        who: String::new(),
        emoji: emoji.to_owned(),
        at: NOW,
        by: None,
        waits: false,
        failed: None,
    };
    let extras = Extras {
        reactions: vec![reaction(Direction::In, "👍"), reaction(Direction::Out, "🙏")],
        edited_at: Some(NOW),
        ..Extras::default()
    };
    let html = received(Kind::Text, "As it is now", Content::None, extras.clone());
    for part in [
        "msg reacted",
        "The customer reacted with </span><bdi>👍</bdi>",
        "You reacted with </span><bdi>🙏</bdi>",
        "Edited ",
        "As it is now",
    ] {
        has(&html, part);
    }
    let revoked = Extras { revoked_at: Some(NOW), ..Extras::default() };
    let html = received(Kind::Image, "", Content::None, revoked);
    has(&html, "The customer deleted this message.");
    has_not(&html, "Edited");
    has_not(&html, "Photo");
}

#[test]
fn days_and_neighbours() {
    let mut older = message(40, Direction::In, Status::Received);
    older.at = NOW - DAY;
    let mut first = message(41, Direction::In, Status::Received);
    first.at = NOW - 5 * MINUTE;
    let mut second = message(42, Direction::In, Status::Received);
    second.at = NOW - 4 * MINUTE;
    let html = thread(Role::Agent, vec![older, first, second]);
    let (yesterday, today) = (html.find("Yesterday").expect("a day"), html.find("Today").expect("a day"));
    assert!(yesterday < today);
    assert_eq!(html.matches("class=\"day\"").count(), 2);
    assert_eq!(html.matches("msg same").count(), 1);
}

#[test]
fn the_unread_line_stands_above_the_first_unread_message() {
    let mut row = row();
    row.unread = 2;
    let messages: Vec<_> = (40..44).map(|n| message(n, Direction::In, Status::Received)).collect();
    let html = draw(screenful(Role::Agent, row, messages), middle_view);
    has(&html, "2 new messages");
    let (before, _) = html.split_once("2 new messages").expect("the line");
    assert_eq!(before.matches("class=\"bubble\"").count(), 2);
}

#[test]
fn what_strangers_write_stays_text() {
    let mut evil = message(40, Direction::In, Status::Received);
    evil.text = "<script>alert(1)</script>".to_owned();
    let html = thread(Role::Agent, vec![evil]);
    has(&html, "&lt;script&gt;");
    has_not(&html, "<script>");
}

#[test]
fn nothing_carries_an_inline_style() {
    let html = thread(
        Role::Owner,
        vec![message(40, Direction::Out, Status::Read), message(41, Direction::In, Status::Received)],
    );
    has_not(&html, " style=");
}

#[test]
fn our_reactions_say_whose_they_are_and_what_did_not_arrive() {
    let ours = |emoji: &str, by, failed: Option<&str>| Reaction {
        direction: Direction::Out,
        who: String::new(),
        emoji: emoji.to_owned(),
        at: NOW,
        by,
        waits: failed.is_none(),
        failed: failed.map(str::to_owned),
    };
    let reactions = vec![ours("👍", None, None), ours("🔥", Some(id(77).into()), Some("It did not arrive. No."))];
    let html = received(Kind::Text, "Hello", Content::None, Extras { reactions, ..Extras::default() });
    for part in [
        "You reacted with 👍, on its way",
        "A former member reacted with </span><bdi>🔥</bdi>",
        "Reaction <bdi>🔥</bdi>",
        "It did not arrive. No.",
        "React to this message",
    ] {
        has(&html, part);
    }
    // WhatsApp's own words, and ours, are nothing that is reacted to.
    let notice = Notice { what: NoticeKind::NumberChanged, body: "Ana changed".to_owned(), new: None };
    has_not(&received(Kind::System, "Ana changed", Content::System(notice), Extras::default()), "React to this");
    has_not(&thread(Role::Agent, vec![message(40, Direction::Out, Status::Read)]), "React to this");
    has_not(&thread(Role::Viewer, vec![message(40, Direction::In, Status::Received)]), "React to this");
}

#[test]
fn what_did_not_come_says_why_and_is_asked_for_again() {
    let with = |state, reason: Option<&str>| {
        let media = MediaBrief { state, reason: reason.map(str::to_owned), ..MediaBrief::wanted(MediaId(id(7)), None) };
        received(Kind::Image, "", Content::Media(File::default()), Extras { media: Some(media), ..Extras::default() })
    };
    let why = Some("WhatsApp could not be reached.");
    let html = with(MediaState::Wanted, why);
    has(&html, "Not here yet. WhatsApp could not be reached. It is tried again by itself.");
    has(&html, "Try again");
    for state in [MediaState::Failed, MediaState::Refused] {
        has(&with(state, why), "Try again");
    }
    for (state, why) in [(MediaState::Wanted, None), (MediaState::Gone, why)] {
        has_not(&with(state, why), "Try again");
    }
}

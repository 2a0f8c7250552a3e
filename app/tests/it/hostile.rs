//! Names and words from strangers: whatever they hold, they are words.

use app::inbox::{
    list::list_view,
    search::items::{hit_view, marked, person_view},
    thread::middle_view,
};
use domain::{
    content::{
        Card, CardPhone, Content, Extras, File, Form, Notice, NoticeKind, Place, Quote, Referral, Tapped, TappedFrom,
    },
    inbox::Note,
    message::{Direction, Kind, Status},
    role::Role,
    search::{Hit, Person, Query, SNIPPET, snippet},
    text::preview,
};
use leptos::prelude::*;

use crate::support::{NOW, draw, has, id, message, row, screenful};

/// Markup, directions, nothing at all, far too much, and what spreadsheets would run.
pub fn corpus() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "' onmouseover='alert(1)",
        "<!-- --><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "{{7*7}} ${7*7} <%= 7 %>",
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "https://x.example/\"onclick=alert(1)",
        "https://x.example/<script>",
        "*<b>bold</b>* _<i>_ ~<s>~ `<code>`",
        "```</code></pre><script>alert(1)</script>```",
        "> <script>alert(1)</script>",
        "- <script>alert(1)</script>\n- \"",
        "1. <script>alert(1)</script>\n2. '",
        "=HYPERLINK(\"http://x.example\")",
        "+1+1",
        "-1",
        "@SUM(A1)",
        "\tTab and \rreturn",
        "\u{202e}evil\u{202c} \u{2066}isolated",
        "zero\u{200b}width\u{200d}\u{feff}",
        "𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "Z\u{0351}\u{036b}\u{0343}a\u{0335}\u{0321}l\u{0322}g\u{0321}o\u{0322}",
        "مرحبا <b>بكم</b>",
        "नमस्ते *दुनिया*",
        "שלום \u{200f}<i>",
        " ",
        "\u{7}\u{1b}[31mred",
        "C:\\..\\..\\etc\\passwd",
        "'; DROP TABLE messages; --",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("<".repeat(65_000));
    all.push("*_~`".repeat(16_250));
    all.push("\u{202e}".repeat(1_000));
    all
}

/// No tag and no attribute that the page does not make itself.
pub fn harmless(html: &str, from: &str) {
    let from = preview(from, 60);
    for bad in [
        "<script",
        "<img",
        "<svg onload",
        "<b>bold",
        "<b>بكم",
        "<i>",
        "<![CDATA",
        " onerror=",
        " onclick=",
        " onmouseover=",
        "href=\"javascript",
    ] {
        // As an attribute's value or as words it may stand there with its quotes written out.
        assert!(!html.contains(bad) || (bad.starts_with(' ') && !in_a_tag(html, bad)), "{bad} from {from:?}");
    }
}

/// Whether it stands within a tag, outside of a value.
fn in_a_tag(html: &str, part: &str) -> bool {
    html.match_indices(part).any(|(at, _)| {
        let tag = html[..at].rfind('<').filter(|open| !html[*open..at].contains('>'));
        tag.is_some_and(|open| html[open..at].matches('"').count().is_multiple_of(2))
    })
}

#[test]
fn strangers_words_stay_words() {
    assert!(corpus().len() >= 30);
    for text in corpus() {
        let mut row = row();
        row.contact.name.clone_from(&text);
        row.number.name = preview(&text, 200);
        let mut shown = row.preview.clone().unwrap_or_else(|| panic!("a preview"));
        (shown.direction, shown.text) = (Direction::In, preview(&text, 120));
        row.preview = Some(shown);
        harmless(&draw(screenful(Role::Owner, row.clone(), Vec::new()), list_view), &text);
        let mut messages = Vec::new();
        for (nth, (kind, content)) in (1..).zip(contents(&text)) {
            let mut message = message(100 + nth, Direction::In, Status::Received);
            (message.kind, message.content, message.extras) = (kind, content, extras(&text));
            message.text.clone_from(&text);
            messages.push(message);
        }
        let mut failed = message(90, Direction::Out, Status::Failed);
        (failed.text, failed.error) = (text.clone(), Some(text.clone()));
        messages.push(failed);
        let mut first = screenful(Role::Agent, row, messages);
        let note = Note {
            id: id(7).into(),
            author: first.me.id,
            body: text.clone(),
            at: NOW,
            mentions: vec![first.me.id],
            edited_at: Some(NOW),
            sign: String::new(),
        };
        let line = Note { id: id(8).into(), sign: "check".to_owned(), ..note.clone() };
        if let Some(thread) = &mut first.inbox.thread {
            thread.notes.extend([note, line]);
        }
        harmless(&draw(first, middle_view), &text);
    }
}

fn extras(text: &str) -> Extras {
    let own = Some(text.to_owned());
    Extras {
        quote: Some(Quote {
            wamid: "w".to_owned(),
            message: Some(id(9).into()),
            direction: Some(Direction::In),
            kind: None,
            text: preview(text, 120),
        }),
        group: own.clone(),
        author: own.clone(),
        referral: Some(Referral {
            url: own.clone(),
            headline: own.clone(),
            body: own.clone(),
            source: own.clone(),
            id: own,
            click: None,
        }),
        ..Extras::default()
    }
}

/// The text in every place that a customer can fill.
fn contents(text: &str) -> Vec<(Kind, Content)> {
    let (text, own) = (text.to_owned(), Some(text.to_owned()));
    let mut place = Place::at(1.0, 2.0).unwrap_or_else(|| panic!("a place"));
    (place.name, place.address, place.url) = (own.clone(), own.clone(), own.clone());
    let phone = CardPhone { phone: text.clone(), wa_id: None, label: own.clone() };
    let card = Card {
        name: text.clone(),
        org: own.clone(),
        phones: vec![phone],
        emails: vec![text.clone()],
        ..Card::default()
    };
    vec![
        (Kind::Text, Content::None),
        (Kind::Unsupported, Content::None),
        (Kind::Document, Content::Media(File { name: own.clone(), ..File::default() })),
        (Kind::Location, Content::Location(place)),
        (Kind::Contacts, Content::Contacts(vec![card])),
        (
            Kind::Interactive,
            Content::Tapped(Tapped {
                title: text.clone(),
                description: own.clone(),
                payload: own.clone(),
                from: TappedFrom::ListReply,
            }),
        ),
        (
            Kind::Interactive,
            Content::Form(Form { name: own, body: text.clone(), answers: vec![(text.clone(), text.clone())] }),
        ),
        (Kind::System, Content::System(Notice { what: NoticeKind::IdentityChanged, body: text, new: None })),
    ]
}

/// What is searched for stands in the middle of what strangers wrote, marked by the page's own elements alone.
#[test]
fn what_is_found_stays_words() {
    for text in corpus() {
        for asked in [text.as_str(), "script", "<", "alert(1)", "\u{202e}"] {
            let Some(query) = Query::parse(asked) else { continue };
            let row = row();
            let mut contact = row.contact.clone();
            contact.name.clone_from(&text);
            let shown = snippet(&text, &query);
            assert!(shown.text.chars().count() <= SNIPPET);
            let person = Person {
                contact: contact.clone(),
                conversation: row.id,
                state: row.state,
                assignee: None,
                last_message_at: NOW,
                name: shown.clone(),
                phone: Some(shown.clone()),
                username: Some(shown.clone()),
            };
            let hit = Hit {
                message: id(9).into(),
                conversation: row.id,
                contact,
                direction: Direction::Out,
                kind: Kind::Text,
                author: None,
                at: NOW,
                snippet: shown,
            };
            let html = draw(screenful(Role::Owner, row, Vec::new()), move |screen| {
                let found = hit_view(screen, RwSignal::new(None), hit.clone());
                view! { {person_view(screen, person.clone())} {found} }.into_any()
            });
            harmless(&html, &text);
        }
    }
    let query = Query::parse("B>bold").unwrap_or_else(|| panic!("a query"));
    let shown = snippet("a <b>bold</b> word", &query);
    let html = draw(screenful(Role::Owner, row(), Vec::new()), move |_| marked(&shown));
    has(&html, "a &lt;<mark>b&gt;bold</mark>&lt;/b&gt; word");
}

#[test]
fn what_was_written_is_there() {
    let mut message = message(40, Direction::In, Status::Received);
    "<script>alert(1)</script>".clone_into(&mut message.text);
    has(&draw(screenful(Role::Agent, row(), vec![message]), middle_view), "&lt;script&gt;alert(1)&lt;/script&gt;");
}

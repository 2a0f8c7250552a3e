//! Everybody at the stream, for every kind of event about their own, a colleague's and another workspace's: what is told live,
//! and to whoever comes back, is what the table of permissions says, on both engines.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::{
    alert,
    id::{ConversationId, MemberId},
    inbox::{Event, Note, Place},
    limits::Usage,
    message::{Direction, Kind, Status},
    permission::{Grant, Permission as P, Sight},
    plan::Plan,
};
use http_body_util::BodyExt;
use services::{Ctx, contacts, conversations, sql};

use super::world::{Thing, Who, Whose, World, custom};
use crate::support::Engine;

const NUMBER: &str =
    "UPDATE workspace_counters SET event_seq = event_seq + 1 WHERE workspace_id = $1 RETURNING event_seq";
const EVENT: &str = "INSERT INTO events (workspace_id, seq, conversation_id, body, at) VALUES ($1, $2, $3, $4, $5)";

/// In every preview and message of these events, and nowhere else.
const WORDS: &str = "limestone and salt wind";

/// An event of every kind; a conversation's changes in each way that somebody may see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Message,
    MessageChanged,
    Stays,
    /// It was the colleague's.
    Comes,
    /// It is the colleague's now.
    Goes,
    Gained,
    Lost,
    Access,
    Limits,
    Team,
    Alert,
    Note,
    Labels,
    NoteRemoved,
    Contact,
    Setup,
}

impl Case {
    const ALL: [Case; 16] = [
        Case::Message,
        Case::MessageChanged,
        Case::Stays,
        Case::Comes,
        Case::Goes,
        Case::Gained,
        Case::Lost,
        Case::Access,
        Case::Limits,
        Case::Team,
        Case::Alert,
        Case::Note,
        Case::Labels,
        Case::NoteRemoved,
        Case::Contact,
        Case::Setup,
    ];
    const KINDS: usize = 14;

    /// A new kind of event does not compile until it has its number here, and a case above.
    fn kind(event: &Event) -> usize {
        match event {
            Event::Message { .. } => 0,
            Event::MessageChanged { .. } => 1,
            Event::Conversation { .. } => 2,
            Event::Gained { .. } => 3,
            Event::Lost { .. } => 4,
            Event::Access { .. } => 5,
            Event::Limits { .. } => 6,
            Event::Team => 7,
            Event::Alert { .. } => 8,
            Event::Note { .. } => 9,
            Event::Labels { .. } => 10,
            Event::NoteRemoved { .. } => 11,
            Event::Contact { .. } => 12,
            Event::Setup => 13,
        }
    }

    /// About a thing that the owner of its workspace can read.
    async fn event(self, owner: &Ctx, thing: Thing, colleague: MemberId) -> Event {
        let mut thread = conversations::thread(owner, thing.conversation).await.unwrap();
        let mut row = thread.row;
        assert_eq!(row.assignee, thing.assignee);
        let mut message = thread.messages.remove(0);
        WORDS.clone_into(&mut message.text);
        let preview = domain::inbox::Preview {
            direction: Direction::In,
            kind: Kind::Text,
            status: Status::Received,
            text: WORDS.to_owned(),
        };
        row.preview = Some(preview);
        let was = Place::of(&row);
        let note = Note {
            id: message.id.0.into(),
            author: owner.me().id,
            body: WORDS.to_owned(),
            at: message.at,
            mentions: Vec::new(),
            edited_at: None,
            sign: String::new(),
        };
        match self {
            Case::Message => Event::Message { row, message, opened: false, unread: false },
            Case::MessageChanged => Event::MessageChanged { row, message },
            Case::Stays => Event::Conversation { row, was, lines: vec![note] },
            Case::Comes => {
                let was = Place { assignee: Some(colleague), ..was };
                Event::Conversation { row, was, lines: vec![note] }
            }
            Case::Goes => {
                row.assignee = Some(colleague);
                Event::Conversation { row, was, lines: vec![note] }
            }
            Case::Gained => Event::Gained { row },
            Case::Note => Event::Note { row, note },
            Case::NoteRemoved => Event::NoteRemoved { row, note: message.id.0.into() },
            Case::Lost => Event::Lost { conversation: row.id, was },
            Case::Access => Event::Access { member: row.assignee.or(Some(colleague)) },
            Case::Team => Event::Team,
            Case::Setup => Event::Setup,
            Case::Labels => Event::Labels { labels: Vec::new() },
            Case::Contact => Event::Contact { contact: thing.contact, assignee: thing.assignee },
            Case::Alert => Event::Alert { about: alert::Kind::QualityDropped },
            Case::Limits => Event::Limits {
                usage: Usage {
                    plan: Plan::Pro,
                    per_minute: 1_000,
                    this_minute: 1,
                    minute_ends: 1_780_000_020_000,
                    day_ends: 1_780_012_800_000,
                    numbers: Vec::new(),
                },
            },
        }
    }
}

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Event {
        seq: i64,
        name: String,
        conversation: Option<ConversationId>,
        /// Whether somebody's words are in it.
        words: bool,
    },
    Resync,
}

/// What the table says about an event that was written in the workspace: `None` is nothing.
fn expected(world: &World, who: Who, case: Case, thing: Thing, colleague: MemberId, seq: i64) -> Option<Told> {
    let person = world.person(who).unwrap();
    let sight = |permission| person.access.sight(permission, person.member);
    let sees = |assignee| sight(P::ConversationsView).reaches(assignee);
    let to = if case == Case::Goes { Some(colleague) } else { thing.assignee };
    let was = if case == Case::Comes { Some(colleague) } else { thing.assignee };
    let words = sight(P::MessagesView).reaches(to);
    let named = |name: &str, words| {
        Some(Told::Event { seq, name: name.to_owned(), conversation: Some(thing.conversation), words })
    };
    let plain = |name: &str, permission| {
        let told = Told::Event { seq, name: name.to_owned(), conversation: None, words: false };
        person.access.allows(permission).then_some(told)
    };
    match case {
        Case::Access => (thing.assignee.unwrap_or(colleague) == person.member).then_some(Told::Resync),
        Case::Lost => None,
        Case::Limits => plain("limits", P::MessagesSend),
        Case::Labels => plain("labels", P::ConversationsView),
        Case::Team => plain("team", P::TeamsView),
        Case::Setup => plain("setup", P::WorkspaceSettings),
        Case::Alert => plain("alert", P::OperationsView),
        Case::Contact => {
            let told = Told::Event { seq, name: "contact".to_owned(), conversation: None, words: false };
            sight(P::ContactsRead).reaches(thing.assignee).then_some(told)
        }
        Case::Message if sees(to) => named(if words { "message" } else { "conversation" }, words),
        Case::MessageChanged if sees(to) => named(if words { "message_changed" } else { "conversation" }, words),
        Case::Gained if sees(to) => named("gained", words),
        Case::Note if sees(to) && words => named("note", true),
        Case::NoteRemoved if sees(to) && words => named("note_removed", true),
        Case::Message | Case::MessageChanged | Case::Gained | Case::Note | Case::NoteRemoved => None,
        Case::Stays | Case::Comes | Case::Goes => match (sees(was), sees(to)) {
            (true, true) => named("conversation", words),
            (false, true) => named("gained", words),
            (true, false) => named("lost", false),
            (false, false) => None,
        },
    }
}

/// An open stream.
struct Open {
    body: Body,
    rest: String,
}

impl Open {
    async fn new(world: &World, who: Who, query: &str) -> Self {
        let response = ask(world, who, query).await;
        assert_eq!(response.status(), StatusCode::OK, "{who:?}");
        Self { body: response.into_body(), rest: String::new() }
    }

    async fn next(&mut self) -> Told {
        loop {
            while let Some((one, rest)) =
                self.rest.split_once("\n\n").map(|(one, rest)| (one.to_owned(), rest.to_owned()))
            {
                self.rest = rest;
                if let Some(told) = read(&one) {
                    return told;
                }
            }
            let frame =
                tokio::time::timeout(Duration::from_secs(10), self.body.frame()).await.expect("an event in time");
            self.rest.push_str(std::str::from_utf8(&frame.unwrap().unwrap().into_data().unwrap()).unwrap());
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Told> {
        let mut told = Vec::new();
        while told.len() < count {
            told.push(self.next().await);
        }
        told
    }
}

async fn ask(world: &World, who: Who, query: &str) -> axum::http::Response<Body> {
    world.ask(who, Request::get(format!("/w/{}/events{query}", world.slug)).body(Body::empty()).unwrap()).await
}

/// `None` for a comment that keeps the stream open.
fn read(text: &str) -> Option<Told> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    if field("event")? == "resync" {
        return Some(Told::Resync);
    }
    let event: Event = serde_json::from_str(field("data")?).unwrap();
    Some(Told::Event {
        seq: field("id")?.parse().unwrap(),
        name: event.name().to_owned(),
        conversation: event.conversation(),
        words: text.contains(WORDS),
    })
}

/// Writes events as they are stored; returns their numbers.
async fn write(ctx: &Ctx, events: &[Event]) -> Vec<i64> {
    let ws = ctx.workspace().id.0;
    let mut tx = ctx.services().db().begin().await.unwrap();
    let mut numbers = Vec::new();
    for event in events {
        let seq = sql!(scalar i64, tx.conn(), NUMBER, ws).unwrap();
        let (about, body) =
            (event.conversation().map_or(uuid::Uuid::nil(), |id| id.0), serde_json::to_string(event).unwrap());
        sql!(exec tx.conn(), EVENT, ws, seq, about, body, 1_780_000_000_000_i64).unwrap();
        numbers.push(seq);
    }
    tx.commit().await.unwrap();
    numbers
}

async fn walk(engine: Engine) {
    let wordless = custom().with(P::MessagesView, Grant::No);
    let Some(mut world) = World::with_custom(engine, wordless).await else { return };
    world.rest().await;
    let members: Vec<Who> = Who::ALL.into_iter().filter(|who| who.is_member()).collect();
    let colleague = world.thing(Who::Owner, Whose::Colleagues).assignee.unwrap();
    let things: Vec<Thing> =
        members.iter().flat_map(|who| [Whose::Colleagues, Whose::Own].map(|whose| world.thing(*who, whose))).collect();
    let foreign = world.thing(Who::Owner, Whose::Foreign);
    let custom = world.person(Who::Custom).unwrap();
    assert_eq!(custom.access.sight(P::MessagesView, custom.member), Sight::Nothing);
    let mut kinds = [false; Case::KINDS];
    let (mut differences, mut hidden) = (Vec::new(), 0);

    for (nth, case) in Case::ALL.into_iter().enumerate() {
        let mut events = Vec::new();
        for thing in &things {
            events.push(case.event(world.owner(), *thing, colleague).await);
        }
        kinds[Case::kind(&events[0])] = true;
        // After them one that each member is told: what comes before it and is not told is kept from them.
        let last: Vec<Thing> = members.iter().map(|who| world.thing(*who, Whose::Own)).collect();
        for thing in &last {
            events.push(Case::Stays.event(world.owner(), *thing, colleague).await);
        }
        let mut live = Vec::new();
        for who in &members {
            live.push(Open::new(&world, *who, "").await);
        }
        write(&world.elsewhere, &[case.event(&world.elsewhere, foreign, colleague).await]).await;
        let numbers = write(world.owner(), &events).await;
        // Whatever is told wakes the stream.
        contacts::update(world.owner(), things[0].contact, &format!("Name {nth}")).await.unwrap();
        contacts::update(&world.elsewhere, foreign.contact, &format!("Name {nth}")).await.unwrap();

        for (who, mut live) in members.iter().zip(live) {
            let cases = things.iter().map(|thing| (case, thing)).chain(last.iter().map(|thing| (Case::Stays, thing)));
            let all: Vec<Told> = cases
                .zip(&numbers)
                .filter_map(|((case, thing), seq)| expected(&world, *who, case, *thing, colleague, *seq))
                .collect();
            hidden += numbers.len() - all.len();
            let was = live.take(all.len()).await;
            if was != all {
                differences.push(format!("{case:?} live as {who:?}: expected {all:?}, was {was:?}"));
            }
            // Whose access changed, or who lost one, fetches afresh.
            let afresh = all.iter().any(|told| match told {
                Told::Resync => true,
                Told::Event { name, .. } => name == "lost",
            });
            let again = if afresh { vec![Told::Resync] } else { all };
            let mut back = Open::new(&world, *who, &format!("?after={}", numbers[0] - 1)).await;
            let was = back.take(again.len()).await;
            if was != again {
                differences.push(format!("{case:?} again as {who:?}: expected {again:?}, was {was:?}"));
            }
        }
        for (who, status) in [
            (Who::Stranger, StatusCode::NOT_FOUND),
            (Who::Removed, StatusCode::NOT_FOUND),
            (Who::RevokedToken, StatusCode::UNAUTHORIZED),
            (Who::Nobody, StatusCode::UNAUTHORIZED),
        ] {
            for query in [String::new(), format!("?after={}", numbers[0] - 1)] {
                let response = ask(&world, who, &query).await;
                assert_eq!(response.status(), status, "{case:?} as {who:?}");
                assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty(), "{case:?} as {who:?}");
            }
        }
    }
    assert_eq!(kinds, [true; Case::KINDS], "a kind of event without a case");
    assert!(hidden > 50, "only {hidden} were kept from anybody");
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_what_they_may_see_sqlite() {
    walk(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_what_they_may_see_postgres() {
    walk(Engine::Postgres).await;
}

//! What became of a conversation stands in its thread: as lines, to whoever reads it, at once.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{START, TestDb, member, number, workspace},
};
use domain::{
    conversation::{State, Until, View},
    id::{ConversationId, MemberId},
    inbox::{Event, InboxView, Live, Note, apply},
    opt_out::What,
    role::Role,
    time::{HOUR, MINUTE},
};
use services::{Ctx, Services, consent, conversations, jobs::Which, sql, team};

const FROM: &str = "4915112345678";

struct Scene {
    services: Services,
    owner: Ctx,
    rohan: Ctx,
    _workers: Workers,
}

impl Scene {
    async fn new(db: &TestDb) -> Self {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let workers = Workers::only(&services, Which { ingest: true, outbox: false });
        Self { services, owner, rohan, _workers: workers }
    }

    /// The customer writes; the conversation in which it stands.
    async fn hears(&self, wamid: &str, words: &str) -> ConversationId {
        put(&self.services, message_body(text(FROM, wamid, words))).await;
        quiet(&self.services).await;
        conversations::inbox(&self.owner, View::All, None).await.unwrap().rows[0].id
    }

    async fn thread(&self, id: ConversationId) -> Vec<Note> {
        conversations::thread(&self.owner, id).await.unwrap().notes
    }

    /// What is said there, with members by a name of one letter.
    async fn said(&self, id: ConversationId) -> Vec<String> {
        let me = self.owner.me().id;
        let name = |member: MemberId| if member == me { "*O*" } else { "*R*" };
        let said = |line: &Note| {
            let (by, words, to) = line.line();
            let said: Vec<&str> = by.map(name).into_iter().chain([words]).chain(to.map(name)).collect();
            said.join(" ")
        };
        self.thread(id).await.iter().map(said).collect()
    }

    async fn screen(&self, id: ConversationId) -> InboxView {
        conversations::inbox(&self.owner, View::All, Some(id)).await.unwrap()
    }

    /// A screen of before with all events is one of now.
    async fn replays(&self, mut before: InboxView, id: ConversationId) {
        let fresh = self.screen(id).await;
        let mut read = self.services.db().read().await.unwrap();
        let bodies = sql!(scalars String, read.conn(), "SELECT body FROM events ORDER BY seq").unwrap();
        for (seq, body) in (1..).zip(bodies) {
            apply(&mut before, &Live { seq, event: serde_json::from_str::<Event>(&body).unwrap() });
        }
        assert_eq!(before, fresh);
    }
}

on_both! {
    async fn what_members_do_is_said_once_and_at_once(db) {
        let scene = Scene::new(&db).await;
        let (owner, clock) = (&scene.owner, scene.services.clock());
        let id = scene.hears("wamid.1", "Hello").await;
        assert!(scene.thread(id).await.is_empty(), "a message is no line");
        let before = scene.screen(id).await;
        let (me, rohan) = (owner.me().id, scene.rohan.me().id);
        for to in [Some(rohan), Some(rohan), Some(me), None] {
            clock.advance(MINUTE);
            conversations::assign(owner, id, to).await.unwrap();
        }
        for _ in 0..2 {
            clock.advance(MINUTE);
            conversations::close(owner, id).await.unwrap();
        }
        conversations::reopen(owner, id).await.unwrap();
        clock.advance(MINUTE);
        conversations::snooze(owner, id, Until::Customer).await.unwrap();
        clock.advance(MINUTE);
        conversations::wake(owner, id).await.unwrap();
        clock.advance(MINUTE);
        conversations::snooze(owner, id, Until::At(clock.now() + HOUR)).await.unwrap();
        clock.advance(HOUR);
        conversations::wake_due(&scene.services).await.unwrap();
        assert_eq!(scene.said(id).await, [
            "*O* assigned this to *R*",
            "*O* took this",
            "*O* assigned this to nobody",
            "*O* closed this",
            "*O* reopened this",
            "*O* snoozed this",
            "*O* brought this back",
            "*O* snoozed this",
            "Back from snooze",
        ]);
        let lines = scene.thread(id).await;
        assert!(lines.iter().all(|line| !line.sign.is_empty()));
        assert_eq!((lines[0].at, lines[8].at), (START + MINUTE, clock.now()));
        scene.replays(before, id).await;
    }

    async fn contacts_that_are_given_say_it_in_their_threads(db) {
        let scene = Scene::new(&db).await;
        let id = scene.hears("wamid.1", "Hello").await;
        let before = scene.screen(id).await;
        let contact = before.rows[0].contact.id;
        let rohan = scene.rohan.me().id;
        for _ in 0..2 {
            team::assign_contacts(&scene.owner, &[contact], Some(rohan)).await.unwrap();
        }
        assert_eq!(scene.said(id).await, ["*O* assigned this to *R*"]);
        scene.replays(before, id).await;
        team::members::remove(&scene.owner, rohan, Some(scene.owner.me().id)).await.unwrap();
        assert_eq!(scene.said(id).await, ["*O* assigned this to *R*", "*O* took this"]);
    }

    /// The next one begins without what was said of the one before, which keeps it.
    async fn a_customer_who_writes_after_the_end_begins_without_lines(db) {
        let scene = Scene::new(&db).await;
        let ended = scene.hears("wamid.1", "Hello").await;
        conversations::close(&scene.owner, ended).await.unwrap();
        let begun = scene.hears("wamid.2", "One more thing").await;
        assert_ne!(begun, ended);
        assert!(scene.thread(begun).await.is_empty());
        assert_eq!(scene.said(ended).await, ["*O* closed this"]);
    }

    async fn an_opt_out_stands_below_the_message_that_said_it(db) {
        let scene = Scene::new(&db).await;
        let id = scene.hears("wamid.1", "Hello").await;
        let before = scene.screen(id).await;
        scene.services.clock().advance(MINUTE);
        // Said twice, it is one opt-out.
        scene.hears("wamid.2", "STOP").await;
        scene.hears("wamid.3", "STOP").await;
        let thread = conversations::thread(&scene.owner, id).await.unwrap();
        let stop = thread.messages.iter().find(|message| message.text == "STOP").unwrap();
        assert_eq!((thread.notes.len(), thread.notes[0].at, thread.row.state), (1, stop.at, State::Open));
        assert_eq!(scene.said(id).await, ["The customer opted out"]);
        consent::record(&scene.owner, thread.row.contact.id, What::OptedIn, None).await.unwrap();
        assert_eq!(scene.said(id).await, ["The customer opted out", "*O* noted that the customer opted in"]);
        scene.replays(before, id).await;
        // What is over is not told of it.
        conversations::close(&scene.owner, id).await.unwrap();
        consent::record(&scene.owner, thread.row.contact.id, What::OptedOut, None).await.unwrap();
        assert_eq!(scene.said(id).await.len(), 3);
    }

    async fn pages_have_the_lines_that_stand_there(db) {
        let scene = Scene::new(&db).await;
        let (owner, clock) = (&scene.owner, scene.services.clock());
        let id = scene.hears("wamid.1", "Hello").await;
        clock.advance(MINUTE);
        conversations::assign(owner, id, Some(scene.rohan.me().id)).await.unwrap();
        for nth in 0..60 {
            clock.advance(MINUTE);
            conversations::reply(owner, id, services::clock::new_id().into(), &format!("reply {nth}")).await.unwrap();
        }
        clock.advance(MINUTE);
        conversations::close(owner, id).await.unwrap();
        let thread = conversations::thread(owner, id).await.unwrap();
        assert_eq!((thread.more, thread.notes.len(), thread.notes[0].body.as_str()), (true, 1, "closed this"));
        let earlier = conversations::earlier(owner, id, thread.messages[0].sort_key()).await.unwrap();
        assert_eq!((earlier.notes.len(), earlier.notes[0].body.as_str()), (1, "assigned this to"));
        // Nobody outside the workspace is told.
        let api = serde_json::to_string(&conversations::older(owner, id, thread.messages[0].sort_key()).await.unwrap());
        assert!(!api.unwrap().contains("assigned"));
    }
}

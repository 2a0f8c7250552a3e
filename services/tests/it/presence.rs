//! Who is at a conversation: told to those who see it, to nobody else, and gone by itself.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, until_so, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::ConversationId,
    inbox::presence::{Doing, GONE_AFTER, SAID_EVERY, Signal, TOLD_EVERY},
    role::Role,
    time::SECOND,
};
use futures::{FutureExt, Stream, StreamExt};
use services::{
    Ctx, Error, Services,
    clock::new_id,
    conversations,
    jobs::Which,
    live::{Frame, be_present, subscribe},
};
use std::{pin::Pin, time::Duration};

type Frames = Pin<Box<dyn Stream<Item = Frame> + Send>>;

async fn follow(ctx: &Ctx) -> Frames {
    Box::pin(subscribe(ctx, None).await.unwrap())
}

/// The next signal; events are passed over.
async fn next(frames: &mut Frames) -> Signal {
    loop {
        match tokio::time::timeout(Duration::from_secs(10), frames.next()).await.expect("a signal in time").unwrap() {
            Frame::Present { data } => return serde_json::from_str(&data).unwrap(),
            Frame::Event { .. } => {}
            Frame::Resync => panic!("resync"),
        }
    }
}

/// Whether a signal waits.
fn quiet_now(frames: &mut Frames) -> bool {
    while let Some(frame) = frames.next().now_or_never() {
        if matches!(frame, Some(Frame::Present { .. })) {
            return false;
        }
    }
    true
}

/// A workspace with a conversation that is nobody's.
async fn scene(db: &TestDb) -> (Services, Ctx, ConversationId) {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    put(&services, message_body(text("4915112345678", "wamid.1", "Hello"))).await;
    quiet(&services).await;
    workers.finish().await;
    let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    (services, owner, id)
}

on_both! {
    async fn those_who_see_the_conversation_are_told_and_nobody_else(db) {
        let (services, owner, id) = scene(&db).await;
        let slug = owner.workspace().slug.clone();
        let (rohan, rohan_ctx) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Tomasz", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        conversations::assign(&owner, id, Some(rohan.member.id)).await.unwrap();
        let (mut all, mut own, mut other, mut foreign) =
            (follow(&owner).await, follow(&rohan_ctx).await, follow(&lucia).await, follow(&stranger).await);
        let page = new_id();
        assert_eq!(be_present(&rohan_ctx, id, page, Doing::Writing).await.unwrap(), []);
        let writing = Signal { conversation: id, member: rohan.member.id, page, doing: Doing::Writing };
        assert_eq!(next(&mut all).await, writing);
        // Who comes later hears it at once; a member's own pages are no news to them.
        assert_eq!(be_present(&owner, id, new_id(), Doing::Looking).await.unwrap(), [writing]);
        assert_eq!(next(&mut own).await.doing, Doing::Looking);
        // Who only reads is not taken to be writing.
        assert_eq!(be_present(&viewer, id, new_id(), Doing::Writing).await.unwrap().len(), 2);
        assert_eq!(next(&mut all).await.doing, Doing::Looking);
        for ctx in [&lucia, &stranger] {
            let answer = be_present(ctx, id, new_id(), Doing::Looking).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::NotFound))), "{answer:?}");
        }
        assert!(quiet_now(&mut other) && quiet_now(&mut foreign), "not theirs to know");
        // It is Lucia's now: Rohan is told nothing more of it.
        conversations::assign(&owner, id, Some(lucia.me().id)).await.unwrap();
        services.clock().advance(SAID_EVERY);
        assert!(be_present(&rohan_ctx, id, page, Doing::Writing).await.is_err());
        be_present(&owner, id, new_id(), Doing::Writing).await.unwrap();
        assert_eq!(next(&mut other).await.member, owner.me().id);
        own.next().await;
        assert!(quiet_now(&mut own));
    }

    async fn who_is_silent_is_gone_and_who_leaves_is_gone_at_once(db) {
        let (services, owner, id) = scene(&db).await;
        let (_, viewer) = member(&services, &owner.workspace().slug, "Tomasz", Role::Viewer).await;
        let (one, two) = (new_id(), new_id());
        let seen = async || be_present(&viewer, id, Default::default(), Doing::Looking).await.unwrap().len();
        be_present(&owner, id, one, Doing::Writing).await.unwrap();
        be_present(&owner, id, two, Doing::Looking).await.unwrap();
        assert_eq!(seen().await, 2);
        be_present(&owner, id, one, Doing::Gone).await.unwrap();
        assert_eq!(seen().await, 1);
        services.clock().advance(GONE_AFTER - SECOND);
        assert_eq!(seen().await, 1);
        services.clock().advance(SECOND);
        assert_eq!(seen().await, 0);
    }

    async fn the_same_is_not_told_with_every_stroke(db) {
        let (services, owner, id) = scene(&db).await;
        let (_, viewer) = member(&services, &owner.workspace().slug, "Tomasz", Role::Viewer).await;
        let (mut frames, page) = (follow(&viewer).await, new_id());
        for _ in 0..50 {
            be_present(&owner, id, page, Doing::Writing).await.unwrap();
        }
        assert_eq!(next(&mut frames).await.doing, Doing::Writing);
        assert!(quiet_now(&mut frames));
        // What is new is told at once.
        be_present(&owner, id, page, Doing::Gone).await.unwrap();
        assert_eq!(next(&mut frames).await.doing, Doing::Gone);
        services.clock().advance(TOLD_EVERY);
        be_present(&owner, id, page, Doing::Writing).await.unwrap();
        assert_eq!(next(&mut frames).await.doing, Doing::Writing);
        // Nothing of it was written down.
        let mut read = db.db.read().await.unwrap();
        let last = "SELECT event_seq FROM workspace_counters WHERE workspace_id = $1";
        let before = services::sql!(scalar i64, read.conn(), last, owner.workspace().id.0).unwrap();
        assert_eq!(before, 2, "that there is a number, and the customer's message");
    }
}

/// Only on PostgreSQL are there several processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_processes_are_told() {
    let Some(db) = TestDb::postgres().await else { return };
    let (here, owner, id) = scene(&db).await;
    let (_, viewer) = member(&here, &owner.workspace().slug, "Tomasz", Role::Viewer).await;
    let there = db.services();
    let none = Which { ingest: false, outbox: false };
    let _workers = [Workers::only(&here, none), Workers::only(&there, none)];
    let viewer_there = there.ctx(viewer.user(), &owner.workspace().slug).await.unwrap();
    let mut frames = follow(&viewer_there).await;
    let page = new_id();
    // Until the other process listens.
    until_so("told", async || {
        be_present(&owner, id, page, Doing::Writing).await.unwrap();
        here.clock().advance(TOLD_EVERY);
        !quiet_now(&mut frames)
    })
    .await;
    let seen = be_present(&viewer_there, id, new_id(), Doing::Looking).await.unwrap();
    assert_eq!(
        seen.iter().map(|signal| (signal.member, signal.doing)).collect::<Vec<_>>(),
        [(owner.me().id, Doing::Writing)]
    );
    be_present(&owner, id, page, Doing::Gone).await.unwrap();
    until_so("gone", async || {
        be_present(&viewer_there, id, Default::default(), Doing::Looking).await.unwrap().is_empty()
    })
    .await;
}

//! What followers are told: everything they may see, nothing else, in order; state before + events = fresh fetch.

mod world;

use self::world::{Step, World, step};
use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, workspace},
};
use domain::{
    conversation::View,
    id::ConversationId,
    inbox::{Event, Filter, InboxView, Live, Sort, Whose, apply},
    label::Colour,
    role::Role,
    time::DAY,
};
use futures::{FutureExt, Stream, StreamExt};
use proptest::prelude::*;
use services::{
    Ctx, conversations, labels,
    live::{Frame, subscribe},
    sql,
};
use std::{pin::Pin, time::Duration};

const NUMBER: &str =
    "UPDATE workspace_counters SET event_seq = event_seq + 1 WHERE workspace_id = $1 RETURNING event_seq";
const EVENT: &str = "INSERT INTO events (workspace_id, seq, conversation_id, body, at) VALUES ($1, $2, $3, $4, $5)";

type Frames = Pin<Box<dyn Stream<Item = Frame> + Send>>;

async fn follow(ctx: &Ctx, after: Option<i64>) -> Frames {
    Box::pin(subscribe(ctx, after).await.unwrap())
}

async fn next(frames: &mut Frames) -> Live {
    let frame = tokio::time::timeout(Duration::from_secs(10), frames.next()).await.expect("an event in time").unwrap();
    let Frame::Event { seq, data } = frame else { panic!("resync") };
    Live { seq, event: serde_json::from_str(&data).unwrap() }
}

/// Applies events until the view is at `seq`; a follower who may not see the last ones is given a moment.
async fn catch_up(ctx: &Ctx, view: &mut InboxView, frames: &mut Frames, seq: i64) {
    while view.seq < seq {
        match tokio::time::timeout(Duration::from_millis(300), frames.next()).await {
            Ok(Some(Frame::Event { seq, data })) => {
                apply(view, &Live { seq, event: serde_json::from_str(&data).unwrap() });
            }
            Ok(Some(Frame::Resync)) => {
                let open = view.thread.as_ref().map(|thread| thread.row.id);
                *view = match conversations::inbox_of(ctx, view.view, view.filter.clone(), open).await {
                    Ok(fresh) => fresh,
                    Err(_) => conversations::inbox_of(ctx, view.view, view.filter.clone(), None).await.unwrap(),
                };
            }
            Ok(Some(Frame::Present { .. })) => {}
            Ok(None) => panic!("the stream ended"),
            Err(_) => return,
        }
    }
}

async fn screen(ctx: &Ctx, view: View, open: Option<ConversationId>) -> InboxView {
    conversations::inbox(ctx, view, open).await.unwrap()
}

on_both! {
    async fn own_only_followers_see_their_own_and_nothing_else(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (rohan, rohan_ctx) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia_ctx) = member(&services, &slug, "Lucia", Role::Agent).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::start(&services);
        let (mut all, mut own, mut other, mut foreign) = (
            follow(&owner, None).await, follow(&rohan_ctx, None).await, follow(&lucia_ctx, None).await, follow(&stranger, None).await,
        );
        put(&services, message_body(text("4915112345678", "wamid.1", "first"))).await;
        let Event::Message { row, opened: true, .. } = next(&mut all).await.event else { panic!() };
        conversations::assign(&owner, row.id, Some(rohan.member.id)).await.unwrap();
        assert!(matches!(next(&mut all).await.event, Event::Conversation { .. }));
        // The snapshot comes with it.
        let Event::Gained { row: gained } = next(&mut own).await.event else { panic!() };
        assert_eq!((gained.id, gained.unread), (row.id, 1));
        put(&services, message_body(text("4915112345678", "wamid.2", "second"))).await;
        assert!(matches!(next(&mut own).await.event, Event::Message { .. }));
        conversations::assign(&rohan_ctx, row.id, None).await.unwrap();
        assert!(matches!(next(&mut own).await.event, Event::Lost { .. }));
        put(&services, message_body(text("4915112345678", "wamid.3", "third"))).await;
        let kinds: Vec<_> = [next(&mut all).await, next(&mut all).await, next(&mut all).await].map(|live| live.event.name()).into();
        assert_eq!(kinds, ["message", "conversation", "message"]);
        for frames in [&mut own, &mut other, &mut foreign] {
            assert!(frames.next().now_or_never().is_none(), "nothing more for them");
        }
    }

    /// Written by a newer version, more of them than are read at a time.
    async fn events_that_cannot_be_read_hold_nobody_up(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let (rohan, own) = member(&services, &owner.workspace().slug, "Rohan", Role::Agent).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.1", "first"))).await;
        quiet(&services).await;
        let before = screen(&owner, View::All, None).await;
        let (mut all, mut theirs) = (follow(&owner, None).await, follow(&own, None).await);
        let (ws, row) = (owner.workspace().id.0, &before.rows[0]);
        let mut tx = services.db().begin().await.unwrap();
        for _ in 0..700 {
            let seq = sql!(scalar i64, tx.conn(), NUMBER, ws).unwrap();
            sql!(exec tx.conn(), EVENT, ws, seq, row.id.0, "{\"kind\":\"of_tomorrow\"}", 0_i64).unwrap();
        }
        tx.commit().await.unwrap();
        conversations::assign(&owner, row.id, Some(rohan.member.id)).await.unwrap();
        assert_eq!(next(&mut all).await.seq, before.seq + 701);
        assert!(matches!(next(&mut theirs).await.event, Event::Gained { .. }));
        for ctx in [&owner, &own] {
            let mut back = follow(ctx, Some(before.seq)).await;
            assert_eq!(next(&mut back).await.seq, before.seq + 701);
        }
    }

    async fn who_comes_back_is_told_what_was_missed(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (rohan, rohan_ctx) = member(&services, &slug, "Rohan", Role::Agent).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(text("4915112345678", "wamid.1", "a"))).await;
        quiet(&services).await;
        let row = screen(&owner, View::All, None).await.rows.remove(0);
        conversations::assign(&owner, row.id, Some(rohan.member.id)).await.unwrap();
        put(&services, message_body(text("4915112345678", "wamid.2", "b"))).await;
        quiet(&services).await;
        let mut missed = follow(&rohan_ctx, Some(0)).await;
        let kinds = [next(&mut missed).await, next(&mut missed).await].map(|live| (live.seq, live.event.name()));
        assert_eq!(kinds, [(3, "gained"), (4, "message")]);
        // Taken away since: what happened while it was theirs may not be told, so the screen is fetched afresh.
        conversations::assign(&owner, row.id, None).await.unwrap();
        let mut missed = follow(&rohan_ctx, Some(0)).await;
        assert!(matches!(missed.next().await, Some(Frame::Resync)));
        assert!(missed.next().now_or_never().is_none());
        // From a database that is no more.
        let mut ahead = follow(&owner, Some(1_000)).await;
        assert!(matches!(ahead.next().await, Some(Frame::Resync)));
        // Too long ago.
        services.clock().advance(2 * DAY);
        services::jobs::purge::purge(&services).await.unwrap();
        let mut late = follow(&owner, Some(0)).await;
        assert!(matches!(late.next().await, Some(Frame::Resync)));
    }
}

/// The whole list, and some of it.
fn filters(labels: &[domain::id::LabelId], member: domain::id::MemberId) -> [Filter; 4] {
    [
        Filter::default(),
        Filter { labels: labels.to_vec(), sort: Sort::Oldest, ..Filter::default() },
        Filter { sort: Sort::Waiting, closing: true, ..Filter::default() },
        Filter { unread: true, assignee: Some(Whose::Member(member)), ..Filter::default() },
    ]
}

async fn story(db: TestDb, before: Vec<Step>, after: Vec<Step>) {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    let slug = owner.workspace().slug.clone();
    number(&services, &slug, PHONE).await;
    let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
    let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
    let ingest = services::jobs::Which { ingest: true, outbox: false };
    let workers = Workers::only(&services, ingest);
    let mut labels = Vec::new();
    for name in ["VIP", "COD"] {
        labels.push(labels::create(&owner, name, Colour::Blue).await.unwrap().id);
    }
    let filters = filters(&labels, rohan.me().id);
    let mut world = World {
        labels,
        notes: vec![],
        services: services.clone(),
        owner,
        agents: [rohan, lucia],
        replies: vec![],
        sent: 0,
    };
    for step in &before {
        world.run(step).await;
    }
    let mut screens = Vec::new();
    for ctx in [&world.owner, &world.agents[0], &world.agents[1]] {
        for view in View::ALL {
            let open = match world.conversation(0).await {
                Some(id) => conversations::thread(ctx, id).await.ok().map(|thread| thread.row.id),
                None => None,
            };
            // What is narrowed is looked at where most is to be seen: who is not told of everything is waited for.
            let few = match (view, ctx.me().role) {
                (View::All, Role::Owner) => filters.len(),
                (View::All, _) => 2,
                _ => 1,
            };
            for filter in &filters[..few] {
                let before = conversations::inbox_of(ctx, view, filter.clone(), open).await.unwrap();
                let frames = follow(ctx, Some(before.seq)).await;
                screens.push((ctx.clone(), before, frames));
            }
        }
    }
    for step in &after {
        world.run(step).await;
    }
    let last = screen(&world.owner, View::All, None).await.seq;
    // Who was away and comes back is told the same.
    let mut back = Vec::new();
    for (ctx, before, _) in &screens {
        back.push((ctx.clone(), before.clone(), follow(ctx, Some(before.seq)).await));
    }
    for (ctx, mut seen, mut frames) in screens.into_iter().chain(back) {
        let was_open = seen.thread.as_ref().map(|thread| thread.row.id);
        catch_up(&ctx, &mut seen, &mut frames, last).await;
        let open = seen.thread.as_ref().map(|thread| thread.row.id);
        let mut fresh = conversations::inbox_of(&ctx, seen.view, seen.filter.clone(), open).await.unwrap();
        if let (None, Some(lost)) = (open, was_open) {
            assert!(conversations::thread(&ctx, lost).await.is_err() || ctx.me().role == Role::Agent);
        }
        fresh.seq = seen.seq;
        assert_eq!(seen, fresh, "{} {:?} {:?}", ctx.me().role, seen.view, seen.filter);
    }
    workers.finish().await;
}

type Engine = fn() -> Pin<Box<dyn Future<Output = Option<TestDb>>>>;

fn check(engine: Engine, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let steps = |n| prop::collection::vec(step(), n);
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&(steps(0..10), steps(1..14)), |(before, after)| {
            runtime.block_on(async {
                if let Some(db) = engine().await {
                    story(db, before, after).await;
                }
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn state_before_plus_events_is_a_fresh_fetch_on_sqlite() {
    check(|| Box::pin(async { Some(TestDb::sqlite().await) }), 10);
}

#[test]
fn state_before_plus_events_is_a_fresh_fetch_on_postgres() {
    check(|| Box::pin(TestDb::postgres()), 5);
}

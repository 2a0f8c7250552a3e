//! What is not sent yet: theirs alone who wrote it, at every desk of theirs, and gone once it is sent.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::{ConversationId, NoteId},
    message::TEXT_LIMIT,
    role::Role,
    time::{DAY, MINUTE},
    workspace::Slug,
};
use services::{
    Ctx, Error, Services,
    clock::new_id,
    conversations::{self, Draft, drafts, keep_draft},
    jobs::Which,
    sql,
    team::members,
};

struct World {
    services: Services,
    owner: Ctx,
    slug: Slug,
    id: ConversationId,
    _workers: Workers,
}

async fn world(db: &TestDb) -> World {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    let slug = owner.workspace().slug.clone();
    number(&services, &slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    put(&services, message_body(text("4915112345678", "wamid.1", "Hello"))).await;
    quiet(&services).await;
    let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    World { services, owner, slug, id, _workers: workers }
}

async fn of(ctx: &Ctx, id: ConversationId) -> (String, String) {
    drafts(ctx, id).await.unwrap()
}

fn two(reply: &str, note: &str) -> (String, String) {
    (reply.to_owned(), note.to_owned())
}

on_both! {
    async fn a_draft_is_its_writers_alone(db) {
        let World { services, owner, slug, id, .. } = world(&db).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        conversations::assign(&owner, id, Some(rohan.me().id)).await.unwrap();
        let told = async || {
            let mut read = db.db.read().await.unwrap();
            let events = sql!(scalar i64, read.conn(), "SELECT COUNT(*) FROM events").unwrap();
            events + sql!(scalar i64, read.conn(), "SELECT COUNT(*) FROM audit_entries").unwrap()
        };
        let before = told().await;
        keep_draft(&rohan, id, Draft::Reply, "Half a \0sentence ").await.unwrap();
        keep_draft(&rohan, id, Draft::Note, "Batch").await.unwrap();
        keep_draft(&rohan, id, Draft::Note, "Batch 118").await.unwrap();
        keep_draft(&owner, id, Draft::Reply, "Mine").await.unwrap();
        assert_eq!(of(&rohan, id).await, two("Half a sentence ", "Batch 118"));
        assert_eq!(of(&owner, id).await, two("Mine", ""));
        assert_eq!(of(&viewer, id).await, two("", ""));
        assert_eq!(told().await, before, "nobody is told");
        for ctx in [&lucia, &stranger] {
            assert!(matches!(drafts(ctx, id).await, Err(Error::Domain(Wrong::NotFound))));
            assert!(matches!(keep_draft(ctx, id, Draft::Reply, "x").await, Err(Error::Domain(Wrong::NotFound))));
        }
        for kind in [Draft::Reply, Draft::Note] {
            let answer = keep_draft(&viewer, id, kind, "x").await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::Forbidden { .. }))), "{answer:?}");
        }
        // It is cut to size before it is sent, so it may be longer than that, but not without end.
        keep_draft(&owner, id, Draft::Reply, &"é".repeat(4 * TEXT_LIMIT)).await.unwrap();
        let answer = keep_draft(&owner, id, Draft::Reply, &"é".repeat(4 * TEXT_LIMIT + 1)).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::MessageTooLong { .. }))), "{answer:?}");
        keep_draft(&owner, id, Draft::Reply, " \n").await.unwrap();
        assert_eq!(of(&owner, id).await, two("", ""));
        assert_eq!(of(&rohan, id).await.1, "Batch 118");
    }

    async fn what_is_sent_is_no_draft(db) {
        let World { owner, id, .. } = world(&db).await;
        keep_draft(&owner, id, Draft::Reply, "Half a ").await.unwrap();
        keep_draft(&owner, id, Draft::Note, "Half a ").await.unwrap();
        // What was kept may be behind what was sent.
        let key = new_id().into();
        conversations::reply(&owner, id, key, "Half a sentence, and its end").await.unwrap();
        assert_eq!(of(&owner, id).await, two("", "Half a "));
        // Begun since: the same message once more takes nothing of it, and neither does another one.
        keep_draft(&owner, id, Draft::Reply, "Half a year").await.unwrap();
        conversations::reply(&owner, id, key, "Half a sentence, and its end").await.unwrap();
        conversations::reply(&owner, id, new_id().into(), "In between").await.unwrap();
        assert_eq!(of(&owner, id).await, two("Half a year", "Half a "));
        conversations::note(&owner, id, NoteId(new_id()), "Half a dozen").await.unwrap();
        assert_eq!(of(&owner, id).await, two("Half a year", ""));
    }

    async fn drafts_go_with_their_writer_and_with_time(db) {
        let World { services, owner, slug, id, .. } = world(&db).await;
        let (added, rohan) = member(&services, &slug, "Rohan", Role::Manager).await;
        keep_draft(&owner, id, Draft::Reply, "Old").await.unwrap();
        services.clock().advance(DAY);
        keep_draft(&rohan, id, Draft::Reply, "His").await.unwrap();
        keep_draft(&owner, id, Draft::Note, "Newer").await.unwrap();
        members::remove(&owner, rohan.me().id, None).await.unwrap();
        members::reactivate(&owner, rohan.me().id).await.unwrap();
        let rohan = services.ctx(added.user, &slug).await.unwrap();
        assert_eq!(of(&rohan, id).await, two("", ""));
        services.clock().advance(89 * DAY + MINUTE);
        conversations::purge_drafts(&services).await.unwrap();
        assert_eq!(of(&owner, id).await, two("", "Newer"));
    }
}

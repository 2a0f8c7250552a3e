//! Notes for colleagues: who writes and reads them, where they stand, and that they stay here.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::NoteId,
    inbox::{Event, Live, Note, apply},
    message::TEXT_LIMIT,
    role::Role,
    time::{HOUR, MINUTE},
};
use services::{Error, clock::new_id, conversations, sql};

const FROM: &str = "4915112345678";

/// Without the lines, which nobody wrote.
fn written(notes: Vec<Note>) -> Vec<Note> {
    notes.into_iter().filter(|note| note.sign.is_empty()).collect()
}

on_both! {
    async fn a_note_stands_where_it_was_written(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        put(&services, message_body(text(FROM, "wamid.1", "Hello"))).await;
        quiet(&services).await;
        let mut view = conversations::inbox(&owner, View::All, None).await.unwrap();
        let row = view.rows[0].clone();
        view = conversations::inbox(&owner, View::All, Some(row.id)).await.unwrap();
        let key = NoteId(new_id());
        let note = conversations::note(&owner, row.id, key, " *VIP*, be quick \n").await.unwrap();
        assert_eq!((note.id, note.body.as_str(), note.author), (key, " *VIP*, be quick", owner.me().id));
        // A repetition changes nothing; another text under the same key is none.
        assert_eq!(conversations::note(&owner, row.id, key, " *VIP*, be quick").await.unwrap(), note);
        assert!(matches!(conversations::note(&owner, row.id, key, "other").await, Err(Error::Conflict(_))));
        for (text, wrong) in [(" \n", Wrong::EmptyMessage), (&"x".repeat(TEXT_LIMIT + 1), Wrong::MessageTooLong { length: TEXT_LIMIT as u64 + 1, limit: TEXT_LIMIT as u64 })] {
            assert!(matches!(conversations::note(&owner, row.id, NoteId(new_id()), text).await, Err(Error::Domain(e)) if e == wrong));
        }
        let fresh = conversations::inbox(&owner, View::All, Some(row.id)).await.unwrap();
        let thread = fresh.thread.clone().unwrap();
        assert_eq!(thread.notes, std::slice::from_ref(&note));
        // Neither the row nor its place in the list, nor the window, nor what is unread is touched.
        assert_eq!(thread.row, row);
        let mut read = db.db.read().await.unwrap();
        let bodies = sql!(scalars String, read.conn(), "SELECT body FROM events ORDER BY seq").unwrap();
        for (seq, body) in (1..).zip(bodies) {
            apply(&mut view, &Live { seq, event: serde_json::from_str::<Event>(&body).unwrap() });
        }
        assert_eq!(view, fresh);
        // Nothing waits to be sent to anybody.
        let waiting = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox").unwrap();
        assert_eq!((waiting, thread.messages.len()), (0, 1));
        drop(read);
        // A closed conversation takes notes too.
        conversations::close(&owner, row.id).await.unwrap();
        conversations::note(&owner, row.id, NoteId(new_id()), "Called back").await.unwrap();
        assert_eq!(written(conversations::thread(&owner, row.id).await.unwrap().notes).len(), 2);
    }

    async fn pages_have_the_notes_that_stand_there(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        put(&services, message_body(text(FROM, "wamid.first", "Hello"))).await;
        quiet(&services).await;
        let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        let write = async |words: &str| {
            services.clock().advance(MINUTE);
            conversations::note(&owner, id, NoteId(new_id()), words).await.unwrap()
        };
        let old = write("old").await;
        for nth in 0..60 {
            services.clock().advance(MINUTE);
            conversations::reply(&owner, id, new_id().into(), &format!("reply {nth}")).await.unwrap();
        }
        let new = write("new").await;
        let thread = conversations::thread(&owner, id).await.unwrap();
        assert_eq!((thread.more, &thread.notes[..]), (true, std::slice::from_ref(&new)));
        let before = thread.messages[0].sort_key();
        let earlier = conversations::earlier(&owner, id, before).await.unwrap();
        assert_eq!((earlier.messages.more, &earlier.notes[..]), (false, std::slice::from_ref(&old)));
        assert_eq!(earlier.messages, conversations::older(&owner, id, before).await.unwrap());
        // Where the first one stands: behind the message above it, with a page below; and the last one with all above it.
        let there = conversations::around_note(&owner, id, old.id).await.unwrap();
        assert_eq!((there.more, there.newer, &there.notes[..]), (false, true, std::slice::from_ref(&old)));
        assert_eq!((there.messages[0].text.as_str(), there.messages[1].text.as_str()), ("Hello", "reply 0"));
        let here = conversations::around_note(&owner, id, new.id).await.unwrap();
        assert_eq!((here.more, here.newer, &here.notes[..]), (true, false, std::slice::from_ref(&new)));
        assert_eq!(here.messages.last().unwrap().text, "reply 59");
    }

    async fn who_may_not_see_the_conversation_writes_and_reads_none(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        put(&services, message_body(text(FROM, "wamid.1", "Hello"))).await;
        quiet(&services).await;
        let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        conversations::assign(&owner, id, Some(rohan.me().id)).await.unwrap();
        services.clock().advance(HOUR);
        let note = conversations::note(&rohan, id, NoteId(new_id()), "Mine").await.unwrap();
        let whole = conversations::thread(&viewer, id).await.unwrap().notes;
        assert_eq!(written(whole.clone()), std::slice::from_ref(&note));
        assert_eq!(conversations::around_note(&viewer, id, note.id).await.unwrap().notes, whole);
        for (ctx, note) in [(&lucia, note.id), (&stranger, note.id), (&owner, NoteId(new_id()))] {
            let answer = conversations::around_note(ctx, id, note).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::NotFound))));
        }
        let mut answers = Vec::new();
        for ctx in [&lucia, &stranger, &viewer] {
            answers.push(conversations::note(ctx, id, NoteId(new_id()), "Me too").await);
        }
        assert!(matches!(&answers[..], [
            Err(Error::Domain(Wrong::NotFound)),
            Err(Error::Domain(Wrong::NotFound)),
            Err(Error::Domain(Wrong::Forbidden { .. })),
        ]), "{answers:?}");
        assert_eq!(written(conversations::thread(&owner, id).await.unwrap().notes).len(), 1);
    }

    async fn a_note_names_colleagues_and_is_changed_by_its_author(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        put(&services, message_body(text(FROM, "wamid.1", "Hello"))).await;
        quiet(&services).await;
        let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        conversations::assign(&owner, id, Some(rohan.me().id)).await.unwrap();
        let mut view = conversations::inbox(&rohan, View::Mine, Some(id)).await.unwrap();
        let (rohans, lucias) = (rohan.me().id, lucia.me().id);
        let note = conversations::note_for(&owner, id, NoteId(new_id()), "@Rohan look", &[rohans, rohans]).await.unwrap();
        assert_eq!((&note.mentions[..], note.edited_at), (&[rohans][..], None));
        // Who cannot see it is not told of it, and whoever names them is.
        for wrong in [lucias, stranger.me().id] {
            let answer = conversations::note_for(&owner, id, NoteId(new_id()), "@You look", &[wrong]).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::Invalid { .. }))), "{answer:?}");
        }
        services.clock().advance(MINUTE);
        let changed = conversations::change_note(&owner, note.id, "Done", &[]).await.unwrap();
        assert_eq!((changed.body.as_str(), changed.mentions.len(), changed.edited_at), ("Done", 0, Some(note.at + MINUTE)));
        assert_eq!(conversations::change_note(&owner, note.id, "Done", &[]).await.unwrap(), changed);
        assert!(matches!(conversations::change_note(&rohan, note.id, "Mine", &[]).await, Err(Error::Conflict(_))));
        assert!(matches!(conversations::remove_note(&rohan, note.id).await, Err(Error::Conflict(_))));
        for ctx in [&lucia, &stranger] {
            assert!(matches!(conversations::change_note(ctx, note.id, "Mine", &[]).await, Err(Error::Domain(Wrong::NotFound))));
            assert!(matches!(conversations::remove_note(ctx, note.id).await, Err(Error::Domain(Wrong::NotFound))));
        }
        let other = conversations::note(&owner, id, NoteId(new_id()), "Another").await.unwrap();
        conversations::remove_note(&owner, other.id).await.unwrap();
        assert!(matches!(conversations::remove_note(&owner, other.id).await, Err(Error::Domain(Wrong::NotFound))));
        let fresh = conversations::inbox(&rohan, View::Mine, Some(id)).await.unwrap();
        assert_eq!(fresh.thread.as_ref().map(|thread| written(thread.notes.clone())), Some(vec![changed]));
        let mut read = db.db.read().await.unwrap();
        let bodies = sql!(scalars String, read.conn(), "SELECT body FROM events WHERE workspace_id = $1 ORDER BY seq", owner.workspace().id.0).unwrap();
        for (seq, body) in (1..).zip(bodies) {
            apply(&mut view, &Live { seq, event: serde_json::from_str::<Event>(&body).unwrap() });
        }
        assert_eq!(view, fresh);
        let trail = sql!(scalars String, read.conn(), "SELECT action FROM audit_entries WHERE workspace_id = $1 AND action LIKE '%note%' ORDER BY at, id", owner.workspace().id.0).unwrap();
        assert_eq!(trail.len(), 4, "{trail:?}");
    }
}

//! What members are told of: colleagues who name them, conversations that are given to them, and nothing else.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, workspace},
};
use domain::{
    conversation::View,
    id::{ConversationId, NoteId, NoticeId},
    notice::{Choices, Kind},
    role::Role,
    time::{DAY, MINUTE},
};
use services::{Ctx, Services, clock::new_id, conversations, jobs::Which, notices};

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

async fn kinds(ctx: &Ctx) -> Vec<(Kind, bool)> {
    let list = notices::list(ctx).await.unwrap();
    let unread = list.iter().filter(|notice| notice.unread).count();
    assert_eq!(notices::unread(ctx).await.unwrap(), i64::try_from(unread).unwrap());
    list.iter().map(|notice| (notice.kind, notice.unread)).collect()
}

on_both! {
    async fn whoever_is_named_is_told_once_and_reads_it(db) {
        let (services, owner, id) = scene(&db).await;
        let slug = owner.workspace().slug.clone();
        let (manager, manager_ctx) = member(&services, &slug, "Lucia", Role::Manager).await;
        let (_, other) = member(&services, &slug, "Tomasz", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        let (key, me) = (NoteId(new_id()), owner.me().id);
        let words = "@Lucia look at \n this";
        for _ in 0..2 {
            conversations::note_for(&owner, id, key, words, &[manager.member.id, me]).await.unwrap();
        }
        // Words are changed: nobody is told twice, and who is new is told.
        conversations::change_note(&owner, key, "@Lucia look here", &[manager.member.id, other.me().id]).await.unwrap();
        let told = notices::list(&manager_ctx).await.unwrap();
        assert_eq!(told.len(), 1);
        let one = &told[0];
        assert_eq!((one.kind, one.actor, one.conversation, one.unread), (Kind::Mention, me, id, true));
        assert_eq!(one.note, Some(key));
        assert_eq!((one.words.as_deref(), one.contact.as_str()), (Some("@Lucia look here"), "Customer 4915112345678"));
        assert_eq!(kinds(&other).await, [(Kind::Mention, true)]);
        assert_eq!(kinds(&owner).await, [], "what one does oneself is no news");
        assert_eq!(kinds(&stranger).await, []);
        // Nobody reads for somebody else.
        notices::mark_read(&other, one.id).await.unwrap();
        notices::mark_read(&stranger, one.id).await.unwrap();
        notices::mark_all_read(&stranger).await.unwrap();
        assert_eq!(kinds(&manager_ctx).await, [(Kind::Mention, true)]);
        notices::mark_read(&manager_ctx, one.id).await.unwrap();
        notices::mark_read(&manager_ctx, NoticeId(new_id())).await.unwrap();
        assert_eq!(kinds(&manager_ctx).await, [(Kind::Mention, false)]);
        assert_eq!(notices::waiting(&manager_ctx).await.unwrap(), 0);
        // The note is gone, and what was told of it.
        conversations::remove_note(&owner, key).await.unwrap();
        assert_eq!((kinds(&manager_ctx).await, kinds(&other).await), (vec![], vec![]));
    }

    async fn who_is_given_a_conversation_is_told_as_long_as_it_is_theirs_to_see(db) {
        let (services, owner, id) = scene(&db).await;
        let slug = owner.workspace().slug.clone();
        let (rohan, rohan_ctx) = member(&services, &slug, "Rohan", Role::Agent).await;
        conversations::assign(&owner, id, Some(owner.me().id)).await.unwrap();
        assert_eq!(kinds(&owner).await, []);
        for to in [Some(rohan.member.id), None, Some(rohan.member.id), Some(rohan.member.id)] {
            services.clock().advance(MINUTE);
            conversations::assign(&owner, id, to).await.unwrap();
        }
        // Said once until it is looked at.
        assert_eq!(kinds(&rohan_ctx).await, [(Kind::Assigned, true)]);
        notices::mark_all_read(&rohan_ctx).await.unwrap();
        conversations::assign(&owner, id, None).await.unwrap();
        assert_eq!(kinds(&rohan_ctx).await, [], "nothing is said of what is not theirs to see");
        conversations::assign(&owner, id, Some(rohan.member.id)).await.unwrap();
        assert_eq!(kinds(&rohan_ctx).await, [(Kind::Assigned, true), (Kind::Assigned, false)]);
        services.clock().advance(91 * DAY);
        notices::purge(&services).await.unwrap();
        assert_eq!(kinds(&rohan_ctx).await, []);
    }

    async fn everybody_chooses_for_themselves(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (_, rohan) = member(&services, &owner.workspace().slug, "Rohan", Role::Agent).await;
        assert_eq!(notices::choices(&rohan).await.unwrap(), Choices::default());
        let loud = Choices { sound: true, words: true, ..Choices::default() };
        for choices in [loud, Choices { in_page: false, ..loud }, loud] {
            notices::choose(&rohan, choices).await.unwrap();
            assert_eq!(notices::choices(&rohan).await.unwrap(), choices);
        }
        assert_eq!(notices::choices(&owner).await.unwrap(), Choices::default());
    }
}

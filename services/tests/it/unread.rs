//! What waits to be read: counted for whoever asks, and kept right by what they are told.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    conversation::{Until, View},
    id::ConversationId,
    inbox::{Event, Live},
    role::Role,
    team::Settings,
};
use futures::StreamExt;
use services::{
    Ctx, Services, conversations,
    live::{Frame, subscribe},
    team::settings,
};
use std::time::Duration;

async fn receive(services: &Services, from: &str, wamid: &str) {
    put(services, message_body(text(from, wamid, "Hello"))).await;
    quiet(services).await;
}

async fn count(ctx: &Ctx) -> i64 {
    let unread = conversations::unread(ctx).await.unwrap().count;
    // The inbox says the same.
    let inbox = conversations::inbox(ctx, View::home(ctx.access()), None).await.unwrap();
    assert_eq!(inbox.counts.unread, unread);
    unread
}

on_both! {
    async fn everybody_counts_what_they_see(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        for (nth, from) in ["4915100000001", "4915100000002", "4915100000003"].into_iter().enumerate() {
            receive(&services, from, &format!("wamid.{nth}")).await;
        }
        receive(&services, "4915100000003", "wamid.more").await;
        assert_eq!((count(&owner).await, count(&rohan).await, count(&stranger).await), (3, 0, 0));

        let rows = conversations::inbox(&owner, View::All, None).await.unwrap().rows;
        let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
        conversations::assign(&owner, ids[0], Some(rohan.me().id)).await.unwrap();
        assert_eq!((count(&owner).await, count(&rohan).await), (3, 1));
        conversations::mark_read(&rohan, ids[0]).await.unwrap();
        assert_eq!((count(&owner).await, count(&rohan).await), (2, 0));
        conversations::mark_unread(&rohan, ids[0]).await.unwrap();
        conversations::snooze(&owner, ids[1], Until::Customer).await.unwrap();
        // Out of sight is not waiting, and closed neither.
        assert_eq!((count(&owner).await, count(&rohan).await), (2, 1));
        conversations::close(&owner, ids[2]).await.unwrap();
        assert_eq!(count(&owner).await, 1);
        let back = &rows[1].contact.phone.clone().unwrap()[1..];
        receive(&services, back, "wamid.back").await;
        assert_eq!(count(&owner).await, 2);
    }

    /// Who sees their own and nobody's is shown both.
    async fn agents_who_see_nobodys_count_them_too(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let before = settings::get(&owner).await.unwrap();
        settings::save(&owner, Settings { agents_see_unassigned: true, ..before }).await.unwrap();
        let rohan = rohan.again().await.unwrap();
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        for (nth, from) in ["4915100000001", "4915100000002", "4915100000003"].into_iter().enumerate() {
            receive(&services, from, &format!("wamid.{nth}")).await;
        }
        let ids: Vec<ConversationId> =
            conversations::inbox(&owner, View::All, None).await.unwrap().rows.iter().map(|row| row.id).collect();
        conversations::assign(&owner, ids[0], Some(rohan.me().id)).await.unwrap();
        conversations::assign(&owner, ids[1], Some(lucia.me().id)).await.unwrap();
        assert_eq!((count(&owner).await, count(&rohan).await), (3, 2));
    }

    /// Pages that show no list keep it right by what they are told alone.
    async fn a_count_and_what_is_told_after_it_is_a_fresh_count(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, "4915100000001", "wamid.0").await;
        let mut pages = Vec::new();
        for ctx in [&owner, &rohan] {
            let before = conversations::unread(ctx).await.unwrap();
            pages.push((ctx, before, Box::pin(subscribe(ctx, Some(before.seq)).await.unwrap())));
        }
        receive(&services, "4915100000002", "wamid.1").await;
        receive(&services, "4915100000002", "wamid.2").await;
        let rows = conversations::inbox(&owner, View::All, None).await.unwrap().rows;
        for row in &rows {
            conversations::assign(&owner, row.id, Some(rohan.me().id)).await.unwrap();
        }
        conversations::mark_read(&rohan, rows[0].id).await.unwrap();
        conversations::mark_unread(&rohan, rows[0].id).await.unwrap();
        conversations::snooze(&rohan, rows[0].id, Until::Customer).await.unwrap();
        receive(&services, "4915100000002", "wamid.3").await;
        conversations::assign(&owner, rows[1].id, None).await.unwrap();
        conversations::close(&rohan, rows[0].id).await.unwrap();
        receive(&services, "4915100000003", "wamid.4").await;
        let last = conversations::unread(&owner).await.unwrap().seq;
        for (ctx, mut unread, mut frames) in pages {
            while unread.seq < last {
                // Who may not see the last ones is told nothing of them.
                let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(500), frames.next()).await else { break };
                let Frame::Event { seq, data } = frame else { panic!("{frame:?}") };
                unread = unread.after(&Live { seq, event: serde_json::from_str::<Event>(&data).unwrap() });
            }
            assert_eq!(unread.count, count(ctx).await, "{}", ctx.me().role);
        }
        assert_eq!((count(&owner).await, count(&rohan).await), (2, 0));
    }
}

//! Whoever has time takes the conversation that waits longest for somebody.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::{Until, View},
    id::ConversationId,
    role::Role,
    team::Settings,
    time::MINUTE,
};
use services::{Ctx, Error, Services, conversations, team::settings};

/// Four conversations that are nobody's, the one that waits longest first.
async fn waiting(services: &Services, owner: &Ctx) -> Vec<ConversationId> {
    for nth in 1..=4 {
        services.clock().advance(MINUTE);
        put(services, message_body(text(&format!("491510000000{nth}"), &format!("wamid.{nth}"), "Hello"))).await;
        quiet(services).await;
    }
    let mut rows = conversations::inbox(owner, View::Unassigned, None).await.unwrap().rows;
    rows.sort_by_key(|row| (row.last_message_at, row.id));
    rows.iter().map(|row| row.id).collect()
}

on_both! {
    async fn each_takes_another_one(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, beatriz) = member(&services, &slug, "Beatriz", Role::Manager).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        let ids = waiting(&services, &owner).await;
        assert_eq!(ids.len(), 4);
        conversations::snooze(&owner, ids[0], Until::Customer).await.unwrap();

        let (one, other) = tokio::join!(conversations::take_next(&owner), conversations::take_next(&beatriz));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!((one.assignee, other.assignee), (Some(owner.me().id), Some(beatriz.me().id)));
        let mut taken = [one.id, other.id];
        taken.sort();
        let mut expected = [ids[1], ids[2]];
        expected.sort();
        assert_eq!(taken, expected, "what is snoozed waits for nobody, and nobody takes what a colleague has");

        assert!(matches!(conversations::take_next(&stranger).await, Err(Error::Conflict(_))));
        conversations::close(&owner, ids[3]).await.unwrap();
        assert!(matches!(conversations::take_next(&owner).await, Err(Error::Conflict(_))));
    }

    async fn an_agent_takes_what_they_may_see(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        let ids = waiting(&services, &owner).await;
        assert!(matches!(conversations::take_next(&viewer).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        assert!(matches!(conversations::take_next(&rohan).await, Err(Error::Conflict(_))), "nobody's are not shown to them");

        let before = settings::get(&owner).await.unwrap();
        settings::save(&owner, Settings { agents_see_unassigned: true, ..before }).await.unwrap();
        let rohan = rohan.again().await.unwrap();
        let row = conversations::take_next(&rohan).await.unwrap();
        assert_eq!((row.id, row.assignee), (ids[0], Some(rohan.me().id)));
        assert_eq!(conversations::inbox(&rohan, View::Mine, None).await.unwrap().rows.len(), 1);
    }
}

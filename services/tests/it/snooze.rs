//! Out of sight until later, and back.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::{State, Until, View},
    id::ConversationId,
    inbox::{Live, apply},
    role::Role,
    time::{DAY, HOUR, Millis},
};
use services::{Ctx, Error, Services, conversations, sql};

const FROM: &str = "4915112345678";

async fn receive(services: &Services, wamid: &str) {
    put(services, message_body(text(FROM, wamid, "Hello"))).await;
    quiet(services).await;
}

/// Ids in a view, and how many are open.
async fn seen(ctx: &Ctx, view: View) -> (Vec<ConversationId>, i64) {
    let inbox = conversations::inbox(ctx, view, None).await.unwrap();
    (inbox.rows.iter().map(|row| row.id).collect(), inbox.counts.all)
}

on_both! {
    async fn it_comes_back_when_its_time_has_come(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, "wamid.1").await;
        let id = seen(&owner, View::All).await.0[0];
        let mut view = conversations::inbox(&owner, View::All, Some(id)).await.unwrap();
        let at = services.clock().now() + HOUR;
        let row = conversations::snooze(&owner, id, Until::At(at)).await.unwrap();
        assert_eq!((row.state, row.snoozed_until), (State::Snoozed, Some(at)));
        assert_eq!(seen(&owner, View::All).await, (vec![], 0));
        assert_eq!(seen(&owner, View::Snoozed).await, (vec![id], 0));
        services.clock().advance(HOUR - 1);
        conversations::wake_due(&services).await.unwrap();
        assert_eq!(seen(&owner, View::All).await, (vec![], 0));
        services.clock().advance(1);
        conversations::wake_due(&services).await.unwrap();
        // Twice changes nothing.
        conversations::wake_due(&services).await.unwrap();
        assert_eq!(seen(&owner, View::All).await, (vec![id], 1));
        assert_eq!(seen(&owner, View::Snoozed).await.0, vec![]);
        let fresh = conversations::inbox(&owner, View::All, Some(id)).await.unwrap();
        let mut read = db.db.read().await.unwrap();
        let bodies = sql!(scalars String, read.conn(), "SELECT body FROM events ORDER BY seq").unwrap();
        for (seq, body) in (1..).zip(bodies) {
            apply(&mut view, &Live { seq, event: serde_json::from_str(&body).unwrap() });
        }
        assert_eq!(view, fresh);
    }

    async fn the_customer_brings_it_back_and_so_does_a_colleague(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, "wamid.1").await;
        let id = seen(&owner, View::All).await.0[0];
        let row = conversations::snooze(&owner, id, Until::Customer).await.unwrap();
        assert_eq!(row.snoozed_until, Some(Millis::MAX));
        services.clock().advance(400 * DAY);
        conversations::wake_due(&services).await.unwrap();
        assert_eq!(seen(&owner, View::Snoozed).await.0, vec![id]);
        receive(&services, "wamid.2").await;
        assert_eq!(seen(&owner, View::All).await, (vec![id], 1));
        conversations::snooze(&owner, id, Until::Customer).await.unwrap();
        assert_eq!(conversations::wake(&owner, id).await.unwrap().state, State::Open);
        assert_eq!(conversations::wake(&owner, id).await.unwrap().state, State::Open);
        // Closed, it does not sleep.
        conversations::snooze(&owner, id, Until::Customer).await.unwrap();
        assert_eq!(conversations::close(&owner, id).await.unwrap().state, State::Closed);
        let answer = conversations::snooze(&owner, id, Until::Customer).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::ConversationClosed))), "{answer:?}");
    }

    async fn many_of_several_workspaces_wake_together(db) {
        let services = db.services();
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        let mut owners = Vec::new();
        for (name, phone) in [("Kaveri", PHONE), ("Nile", "106540352242999")] {
            let owner = workspace(&services, name).await;
            number(&services, &owner.workspace().slug, phone).await;
            owners.push((owner, phone));
        }
        for nth in 0..120_u32 {
            let (_, phone) = &owners[usize::from(nth % 3 == 0)];
            let message = text(&format!("49151{nth:07}"), &format!("wamid.{nth}"), "Hi");
            put(&services, crate::meta::body(vec![crate::meta::entry("1", vec![crate::meta::change(crate::meta::value(phone, vec![message], vec![]))])])).await;
        }
        quiet(&services).await;
        let until = Until::At(services.clock().now() + HOUR);
        for (owner, count) in [(&owners[0].0, 80), (&owners[1].0, 40)] {
            let mut before = None;
            let mut found = 0;
            loop {
                let page = conversations::list(owner, View::All, before).await.unwrap();
                for row in &page.items {
                    conversations::snooze(owner, row.id, until).await.unwrap();
                }
                found += page.items.len();
                before = page.items.last().map(domain::inbox::Row::sort_key);
                if !page.more {
                    break;
                }
            }
            assert_eq!(found, count);
            let first = conversations::list(owner, View::Snoozed, None).await.unwrap();
            assert_eq!((first.items.len(), first.more), (count.min(50), count > 50));
        }
        services.clock().advance(HOUR);
        conversations::wake_due(&services).await.unwrap();
        for (owner, count) in [(&owners[0].0, 80), (&owners[1].0, 40)] {
            assert_eq!(seen(owner, View::All).await.1, count);
            assert_eq!(seen(owner, View::Snoozed).await.0, vec![]);
        }
    }

    async fn times_and_people_are_checked(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, "wamid.1").await;
        let id = seen(&owner, View::All).await.0[0];
        conversations::assign(&owner, id, Some(rohan.me().id)).await.unwrap();
        let now = services.clock().now();
        for at in [now, now - HOUR, now + 367 * DAY, Millis::MIN] {
            assert!(matches!(conversations::snooze(&rohan, id, Until::At(at)).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        }
        assert!(matches!(conversations::snooze(&lucia, id, Until::Customer).await, Err(Error::Domain(Wrong::NotFound))));
        conversations::snooze(&rohan, id, Until::At(now + 366 * DAY)).await.unwrap();
        assert_eq!(seen(&rohan, View::Snoozed).await.0, vec![id]);
        assert_eq!(seen(&lucia, View::Snoozed).await.0, vec![]);
        assert!(matches!(conversations::mark_unread(&lucia, id).await, Err(Error::Domain(Wrong::NotFound))));
    }

    async fn unread_again(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, "wamid.1").await;
        receive(&services, "wamid.2").await;
        let id = seen(&owner, View::All).await.0[0];
        assert_eq!(conversations::mark_unread(&owner, id).await.unwrap().unread, 2);
        assert_eq!(conversations::mark_read(&owner, id).await.unwrap().unread, 0);
        assert_eq!(conversations::mark_unread(&owner, id).await.unwrap().unread, 1);
        conversations::close(&owner, id).await.unwrap();
        assert_eq!(conversations::mark_unread(&owner, id).await.unwrap().unread, 0);
    }
}

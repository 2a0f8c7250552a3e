//! Reading the trail: pages, filters, exports, and who may.

use super::{acts, fill, pages};
use crate::{
    on_both,
    support::{member, workspace},
};
use domain::{
    audit::{Action, By, EntryView, Filter, Group},
    role::Role,
};
use futures::TryStreamExt;
use services::{Error, Origin, audit, contacts, members};
use std::collections::HashSet;

fn forbidden<T>(result: Result<T, Error>, permission: &str) -> bool {
    matches!(result, Err(Error::Domain(domain::Error::Forbidden { permission: p })) if p == permission)
}

on_both! {
    async fn pages_have_neither_gaps_nor_doubles(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        services.clock().advance(1_000);
        fill(&ctx, 53, 10).await;
        let all = pages(&ctx, &Filter::default(), 1_000).await;
        assert!(all.len() >= 53);
        assert!(all.windows(2).all(|two| (two[0].at, two[0].id) > (two[1].at, two[1].id)));
        for size in [1, 7, 10, 53] {
            assert_eq!(pages(&ctx, &Filter::default(), size).await, all, "pages of {size}");
        }
        // What is written, and sealed, while somebody turns pages does not move them.
        let first = audit::list(&ctx, &Filter::default(), None, 20).await.unwrap().items;
        services.clock().advance(1_000);
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        let second = audit::list(&ctx, &Filter::default(), first.last().map(EntryView::cursor), 20).await.unwrap().items;
        let ids: Vec<_> = first.iter().chain(&second).map(|entry| entry.id).collect();
        assert_eq!(ids, all.iter().take(40).map(|entry| entry.id).collect::<Vec<_>>());
    }

    async fn another_workspace_shows_nothing(db) {
        let services = db.services();
        let (one, two) = (workspace(&services, "One").await, workspace(&services, "Two").await);
        acts(&one, 3).await;
        acts(&two, 4).await;
        let of = |entries: Vec<EntryView>| entries.into_iter().map(|entry| entry.id).collect::<HashSet<_>>();
        let ones = of(pages(&one, &Filter::default(), 2).await);
        let twos = of(pages(&two, &Filter::default(), 2).await);
        assert!(ones.len() >= 3 && twos.len() >= 4 && ones.is_disjoint(&twos));
        // Nor does naming somebody of it, or turning its pages.
        let theirs = Filter { actor: Some(By::Member(two.me().id)), ..Filter::default() };
        assert_eq!(pages(&one, &theirs, 10).await, []);
        let cursor = pages(&two, &Filter::default(), 10).await[0].cursor();
        let behind = audit::list(&one, &Filter::default(), Some(cursor), 100).await.unwrap().items;
        assert!(of(behind).is_disjoint(&twos));
    }

    async fn only_who_may(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = &owner.workspace().slug;
        for (name, role, may) in
            [("Maya", Role::Manager, true), ("Asha", Role::Agent, false), ("Vik", Role::Viewer, false)]
        {
            let (_, ctx) = member(&services, slug, name, role).await;
            assert_eq!(audit::list(&ctx, &Filter::default(), None, 10).await.is_ok(), may);
            assert_eq!(audit::status(&ctx).await.is_ok(), may);
            assert_eq!(audit::export(&ctx, Filter::default()).await.is_ok(), may);
            if !may {
                assert!(forbidden(audit::list(&ctx, &Filter::default(), None, 10).await, "audit.view"));
                assert!(forbidden(audit::export(&ctx, Filter::default()).await.map(drop), "audit.export"));
            }
        }
    }

    async fn filters_narrow(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (maya, ctx) = member(&services, &owner.workspace().slug, "Maya", Role::Manager).await;
        let start = owner.now() + 1;
        services.clock().advance(10);
        members::set_available(&ctx, false).await.unwrap();
        services.clock().advance(10);
        let contact = contacts::create(&owner, "+49 151 12345678", Some("Éva 100 %_!")).await.unwrap();
        services.clock().advance(10);
        members::set_available(&owner, false).await.unwrap();
        let found = async |filter: Filter| {
            let entries = pages(&owner, &Filter { from: filter.from.or(Some(start)), ..filter }, 1).await;
            entries.into_iter().map(|entry| (entry.actor.name, entry.action)).collect::<Vec<_>>()
        };
        let said = |name: &str, action: Action| (name.to_owned(), action.to_string());
        let maya_away = said("Maya", Action::AvailabilityChanged);
        let added = said("owner", Action::ContactCreated);
        let owner_away = said("owner", Action::AvailabilityChanged);
        let none = Filter::default();
        let actor = |member| Filter { actor: Some(By::Member(member)), ..Filter::default() };
        for (filter, expected) in [
            (none.clone(), vec![&owner_away, &added, &maya_away]),
            (actor(maya.member.id), vec![&maya_away]),
            (actor(owner.me().id), vec![&owner_away, &added]),
            (Filter { actor: Some(By::System), ..none.clone() }, vec![]),
            (Filter { action: Some(Action::ContactCreated), ..none.clone() }, vec![&added]),
            (Filter { group: Some(Group::Member), ..none.clone() }, vec![&owner_away, &maya_away]),
            (Filter { resource_kind: Some("contact".into()), ..none.clone() }, vec![&added]),
            (Filter { resource: Some(contact.id.0), ..none.clone() }, vec![&added]),
            (Filter { resource: Some(maya.member.id.0), ..none.clone() }, vec![&maya_away]),
            (Filter { from: Some(start + 10), ..none.clone() }, vec![&owner_away, &added]),
            (Filter { to: Some(start + 19), ..none.clone() }, vec![&maya_away]),
            (Filter { text: Some(" VA 100 %_!".into()), ..none.clone() }, vec![&added]),
            (Filter { text: Some("100 _".into()), ..none.clone() }, vec![]),
            (Filter { text: Some("4915112345".into()), group: Some(Group::Contact), ..none.clone() }, vec![&added]),
        ] {
            assert_eq!(found(filter.clone()).await, expected.into_iter().cloned().collect::<Vec<_>>(), "{filter:?}");
        }
    }

    async fn an_address_is_found_as_text(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let address: std::net::IpAddr = "203.0.113.7".parse().unwrap();
        acts(&owner, 1).await;
        acts(&owner.clone().from(Origin { address: Some(address), agent: None }), 2).await;
        let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
        let found = pages(&owner, &text("203.0.113.7"), 10).await;
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|entry| entry.address.as_deref() == Some("203.0.113.7")), "{found:?}");
        assert_eq!(pages(&owner, &text("203.0.113.8"), 10).await, []);
    }

    async fn an_address_is_a_filter_of_its_own(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let from = |address: &str| Some(address.parse().unwrap());
        let origin = |address: &str| owner.clone().from(Origin { address: from(address), agent: None });
        acts(&owner, 1).await;
        acts(&origin("203.0.113.7"), 2).await;
        acts(&origin("203.0.113.70"), 3).await;
        acts(&origin("2001:db8::7"), 4).await;
        // The words hold the address, and it came from elsewhere.
        contacts::create(&origin("198.51.100.1"), "+49 151 12345678", Some("203.0.113.7")).await.unwrap();
        let filter = |address: &str| Filter { address: from(address), ..Filter::default() };
        for (address, many) in
            [("203.0.113.7", 2), ("::ffff:203.0.113.7", 2), ("203.0.113.70", 3), ("2001:DB8:0::7", 4), ("203.0.113.1", 0)]
        {
            assert_eq!(pages(&owner, &filter(address), 1).await.len(), many, "{address}");
        }
        let exported: Vec<EntryView> =
            audit::export(&owner, filter("2001:db8::7")).await.unwrap().try_collect().await.unwrap();
        assert_eq!(exported.len(), 4);
    }

    async fn an_export_is_whole_and_stands_in_the_trail(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        fill(&owner, 1_234, 100).await;
        audit::seal(&services).await.unwrap();
        services.clock().advance(60_000);
        let filter = Filter { action: Some(Action::SettingsChanged), ..Filter::default() };
        let exported: Vec<EntryView> =
            audit::export(&owner, filter.clone()).await.unwrap().try_collect().await.unwrap();
        assert!(exported.len() >= 1_234);
        assert_eq!(exported, pages(&owner, &filter, 1_000).await);
        assert!(exported.iter().all(|entry| entry.position.is_some() && entry.mac.is_some()));
        let newest = audit::list(&owner, &Filter::default(), None, 1).await.unwrap().items.remove(0);
        assert_eq!(newest.action, "export.audit");
        assert_eq!(newest.after.unwrap()["action"], "settings.changed");
        assert_eq!(newest.actor.name, "owner");
    }
}

//! Contacts as the API reads and writes them.

mod browse;
mod fields;
mod import;
mod merge;

use crate::support::{START, member, workspace};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    role::Role,
    time::MINUTE,
};
use services::{Ctx, Error, audit, contacts, team};

async fn names(ctx: &Ctx) -> Vec<String> {
    contacts::list(ctx, None, 50).await.unwrap().items.into_iter().map(|contact| contact.name).collect()
}

fn not_found<T>(result: services::Result<T>) -> bool {
    matches!(result, Err(Error::Domain(Wrong::NotFound)))
}

fn forbidden<T>(result: services::Result<T>, name: &str) -> bool {
    matches!(result, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == name)
}

crate::on_both! {
    async fn a_contact_is_added_named_and_found(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let made = contacts::create(&owner, "+91 98455-50117", None).await.unwrap();
        assert_eq!((made.phone.as_deref(), made.name.as_str(), made.created_at), (Some("+919845550117"), "", START));
        assert!(matches!(contacts::create(&owner, "+919845550117", Some("Other")).await, Err(Error::Conflict(_))));
        assert!(matches!(contacts::create(&owner, "98455", None).await, Err(Error::Domain(Wrong::Invalid { .. }))));

        services.clock().advance(MINUTE);
        let named = contacts::update(&owner, made.id, " Meera ").await.unwrap();
        assert_eq!((named.name.as_str(), named.updated_at), ("Meera", START + MINUTE));
        contacts::update(&owner, made.id, "Meera").await.unwrap();
        assert_eq!(contacts::get(&owner, made.id).await.unwrap(), named);
        assert_eq!(contacts::by_phone(&owner, "919845550117").await.unwrap(), Some(named));
        let filter = Filter { resource: Some(made.id.0), ..Filter::default() };
        let trail = audit::list(&owner, &filter, None, 50).await.unwrap().items;
        let actions: Vec<_> = trail.into_iter().map(|entry| entry.action).collect();
        assert_eq!(actions, [Action::ContactUpdated, Action::ContactCreated].map(|action| action.as_str().to_owned()));
    }

    async fn who_sees_their_own_sees_no_others(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let stranger = workspace(&services, "Two").await;
        let slug = owner.workspace().slug.clone();
        let (_, agent) = member(&services, &slug, "Anil", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let theirs = contacts::create(&owner, "+919845550101", Some("Hers")).await.unwrap();
        let own = contacts::create(&agent, "+919845550102", Some("His")).await.unwrap();
        assert_eq!(own.assignee, Some(agent.me().id));
        assert_eq!(names(&owner).await, ["His", "Hers"]);
        assert_eq!(names(&agent).await, ["His"]);
        assert_eq!(names(&viewer).await, ["His", "Hers"]);
        assert_eq!(names(&stranger).await, [] as [String; 0]);

        for ctx in [&agent, &stranger] {
            assert!(not_found(contacts::get(ctx, theirs.id).await));
            assert!(not_found(contacts::update(ctx, theirs.id, "Mine").await));
            assert!(not_found(team::assign_contacts(ctx, &[theirs.id], None).await));
            assert_eq!(contacts::by_phone(ctx, "919845550101").await.unwrap(), None);
        }
        assert!(forbidden(contacts::update(&viewer, theirs.id, "Mine").await, "contacts.update"));
        assert!(forbidden(contacts::create(&viewer, "+919845550103", None).await, "contacts.create"));
        // The number is taken for everybody; the one who may not see the contact learns no more than that.
        assert!(matches!(contacts::create(&agent, "+919845550101", None).await, Err(Error::Conflict(_))));

        team::assign_contacts(&owner, &[theirs.id], Some(agent.me().id)).await.unwrap();
        contacts::update(&agent, theirs.id, "Ours").await.unwrap();
        assert_eq!(names(&agent).await, ["His", "Ours"]);
    }

    async fn pages_follow_each_other(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        for n in 0..7 {
            contacts::create(&owner, &format!("+91984555010{n}"), Some(&n.to_string())).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = contacts::list(&owner, before, 3).await.unwrap();
            assert!(page.items.len() <= 3);
            before = page.items.last().map(|contact| contact.id);
            seen.extend(page.items.into_iter().map(|contact| contact.name));
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
    }
}

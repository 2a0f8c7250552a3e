//! What enters the trail: every change, in its own transaction, and nothing that a customer wrote.

use super::{actions_since, acts, holds, newest, pages};
use crate::{
    meta::{PHONE, Workers, message_body, put, text, until},
    on_both,
    support::{TestDb, member, number, workspace},
};
use domain::{
    audit::{Action, EntryView, Filter},
    conversation::View,
    id::{ConversationId, MessageId},
    role::Role,
    time::{DAY, SECOND},
};
use serde_json::json;
use services::{Ctx, Error, audit, clock::new_id, contacts, conversations, sql};

const LEFT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_entries WHERE workspace_id = $1
    AND (COALESCE(was, '') || COALESCE(became, '') || COALESCE(about, '') || COALESCE(address, '')) LIKE $2";
const TEXT: &str = "UPDATE audit_entries SET became = '{}' WHERE workspace_id = $1 AND erased_at IS NOT NULL";
const DIGEST: &str = "UPDATE audit_entries SET became = NULL, personal_digest = mac
    WHERE workspace_id = $1 AND erased_at IS NOT NULL";

/// An owner and a conversation whose customer has just written.
async fn conversation(db: &TestDb) -> (Ctx, ConversationId) {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    write(&owner, "4915112345678", "wamid.in").await;
    let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    (owner, id)
}

/// A customer writes.
async fn write(owner: &Ctx, from: &str, wamid: &str) {
    let before = services::stats::stats(owner.services()).await.unwrap().messages.inbound;
    let workers = Workers::only(owner.services(), services::jobs::Which { ingest: true, outbox: false });
    put(owner.services(), message_body(text(from, wamid, "Hello"))).await;
    until(owner.services(), "the message is there", |stats| stats.messages.inbound == before + 1).await;
    workers.finish().await;
}

on_both! {
    async fn what_a_member_does_with_a_conversation(db) {
        let (owner, id) = conversation(&db).await;
        let (maya, _) = member(owner.services(), &owner.workspace().slug, "Maya", Role::Manager).await;
        let last = newest(&owner).await;
        owner.services().clock().advance(SECOND);
        conversations::assign(&owner, id, Some(maya.member.id)).await.unwrap();
        conversations::assign(&owner, id, Some(maya.member.id)).await.unwrap();
        owner.services().clock().advance(SECOND);
        let key = MessageId(new_id());
        conversations::reply(&owner, id, key, "Guten Tag").await.unwrap();
        conversations::reply(&owner, id, key, "Guten Tag").await.unwrap();
        owner.services().clock().advance(SECOND);
        conversations::close(&owner, id).await.unwrap();
        conversations::close(&owner, id).await.unwrap();
        owner.services().clock().advance(SECOND);
        conversations::reopen(&owner, id).await.unwrap();
        conversations::mark_read(&owner, id).await.unwrap();
        let actions = ["conversation.assigned", "message.sent", "conversation.closed", "conversation.reopened"];
        assert_eq!(actions_since(&owner, last).await, actions);
        let entries = pages(&owner, &Filter { resource: Some(id.0), ..Filter::default() }, 10).await;
        assert_eq!(entries.len(), 4);
        let sent = &entries[2];
        assert_eq!(sent.after, Some(json!({ "message": key, "kind": "text" })));
        assert_eq!((sent.actor.member, sent.actor.name.as_str()), (Some(owner.me().id), "owner"));
        let resource = sent.resource.as_ref().unwrap();
        assert_eq!((resource.kind.as_str(), resource.name.as_deref()), ("conversation", Some("Customer 4915112345678")));
        let assigned = &entries[3];
        assert_eq!(assigned.before, Some(json!({ "assignee": null })));
        assert_eq!(assigned.after, Some(json!({ "assignee": maya.member.id })));
    }

    async fn what_fails_leaves_no_entry(db) {
        let (owner, id) = conversation(&db).await;
        let (_, asha) = member(owner.services(), &owner.workspace().slug, "Asha", Role::Viewer).await;
        conversations::close(&owner, id).await.unwrap();
        write(&owner, "4915112345678", "wamid.again").await;
        let last = newest(&owner).await;
        owner.services().clock().advance(SECOND);
        let already = conversations::reopen(&owner, id).await;
        assert!(matches!(already, Err(Error::Domain(domain::Error::AlreadyOpen))));
        conversations::reply(&owner, id, MessageId(new_id()), "closed").await.unwrap_err();
        conversations::close(&asha, id).await.unwrap_err();
        owner.services().clock().advance(2 * DAY);
        let open = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
        conversations::reply(&owner, open, MessageId(new_id()), "too late").await.unwrap_err();
        // The entry is there before the transaction ends, and goes with it.
        let mut tx = owner.services().db().begin().await.unwrap();
        audit::record(&mut tx, &owner, audit::Entry::new(Action::SettingsChanged)).await.unwrap();
        drop(tx);
        assert_eq!(actions_since(&owner, last).await, Vec::<String>::new());
    }

    async fn what_customers_write_is_its_own_record(db) {
        let (owner, _) = conversation(&db).await;
        let last = newest(&owner).await;
        owner.services().clock().advance(SECOND);
        for i in 0..5 {
            write(&owner, &format!("491511234500{i}"), &format!("wamid.{i}")).await;
        }
        assert_eq!(actions_since(&owner, last).await, Vec::<String>::new());
    }

    async fn where_it_came_from(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let origin = services::Origin {
            address: Some("::ffff:203.0.113.7".parse().unwrap()),
            agent: Some(format!("Fire\0fox {}", "x".repeat(1_000))),
        };
        acts(&owner.from(origin), 1).await;
        let owner = {
            let slug = "kaveri".parse().unwrap();
            let signed_in = services::accounts::sign_in(
                &services, "owner@kaveri.example", crate::support::PASSWORD, [127, 0, 0, 1].into(),
            );
            services.ctx(signed_in.await.unwrap().user, &slug).await.unwrap()
        };
        let filter = Filter { action: Some(Action::SettingsChanged), ..Filter::default() };
        let entry: EntryView = pages(&owner, &filter, 10).await.remove(0);
        assert_eq!(entry.address.as_deref(), Some("203.0.113.7"));
        let agent = entry.agent.unwrap();
        assert!(agent.starts_with("Firefox x") && agent.len() == 300, "{agent}");
    }

    async fn erased_is_gone_and_the_chain_holds(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let erased = contacts::create(&owner, "+49 151 12345678", Some("Camila Souza")).await.unwrap();
        contacts::create(&owner, "+49 151 12345679", Some("Elif Demir")).await.unwrap();
        audit::seal(&services).await.unwrap();
        let before = holds(&owner).await.entries;
        let left = async |what: &str| {
            let mut read = services.db().read().await.unwrap();
            sql!(scalar i64, read.conn(), LEFT, owner.workspace().id.0, format!("%{what}%")).unwrap()
        };
        assert_eq!((left("Camila").await, left("12345678").await), (1, 1));
        let (_, manager) = member(&services, &owner.workspace().slug, "Asha", Role::Agent).await;
        assert!(audit::erase(&manager, erased.id).await.is_err());
        services.clock().advance(SECOND);
        assert_eq!(audit::erase(&owner, erased.id).await.unwrap(), 1);
        assert_eq!((left("Camila").await, left("12345678").await, left("Elif").await), (0, 0, 1));
        assert_eq!(audit::erase(&owner, erased.id).await.unwrap(), 0);
        audit::seal(&services).await.unwrap();
        assert!(holds(&owner).await.entries > before);
        let filter = Filter { action: Some(Action::ContactCreated), resource: Some(erased.id.0), ..Filter::default() };
        let entry = pages(&owner, &filter, 10).await.remove(0);
        assert_eq!((entry.after, entry.erased_at), (None, Some(owner.now())));
        assert_eq!(entry.actor.name, "owner");
        // What stands in place of what is gone can be changed as little as the rest.
        for statement in [TEXT, DIGEST] {
            let mut tx = services.db().begin().await.unwrap();
            sql!(exec tx.conn(), statement, owner.workspace().id.0).unwrap();
            tx.commit().await.unwrap();
            assert!(!crate::audit::report(&owner).await.breaks.is_empty());
        }
    }
}

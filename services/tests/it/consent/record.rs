//! What colleagues record, read and take away as a file.

use super::{CUSTOMER, START, opted_out, scene};
use crate::{
    on_both,
    support::{member, workspace},
};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    id::TokenId,
    opt_out::{Consent, Settings, Source, What},
    permission::{Grant, Permission},
    role::Role,
    time::MINUTE,
};
use futures::TryStreamExt;
use services::{Error, audit, clock::new_id, consent, contacts, conversations, team};

fn not_found<T>(result: services::Result<T>) -> bool {
    matches!(result, Err(Error::Domain(Wrong::NotFound)))
}

fn forbidden<T>(result: services::Result<T>, name: &str) -> bool {
    matches!(result, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == name)
}

on_both! {
    async fn by_hand(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "Hello").await;
        let (row, owner) = (scene.row().await, &scene.owner);
        scene.reply(row.id).await.unwrap();
        let after = consent::record(owner, row.contact.id, What::OptedOut, Some(" On the phone ")).await.unwrap();
        assert_eq!(after.opted_out_at, Some(START));
        assert!(opted_out(scene.reply(row.id).await));
        assert_eq!(scene.waiting(false).await, 0, "cancelled, and no confirmation");
        // Twice is once.
        scene.services.clock().advance(MINUTE);
        let again = consent::record(owner, row.contact.id, What::OptedOut, None).await.unwrap();
        assert_eq!(again, after);
        consent::record(owner, row.contact.id, What::OptedIn, None).await.unwrap();
        consent::record(owner, row.contact.id, What::OptedIn, None).await.unwrap();
        scene.reply(row.id).await.unwrap();

        let history = scene.history(row.contact.id).await;
        let lines: Vec<_> = history.iter().map(|line| (line.what, line.source, line.said.as_deref())).collect();
        assert_eq!(lines, [
            (What::OptedIn, Source::Member, None),
            (What::OptedOut, Source::Member, Some("On the phone")),
        ]);
        assert_eq!(history[0].actor, Some(owner.me().id));
        assert_eq!(history[0].actor_name.as_deref(), Some(owner.me().name.as_str()));
        let page = consent::history(owner, row.contact.id, None, 1).await.unwrap();
        assert!(page.more && page.items[..] == history[..1]);
        let page = consent::history(owner, row.contact.id, Some(page.items[0].cursor()), 1).await.unwrap();
        assert!(!page.more && page.items[..] == history[1..]);
    }

    async fn own_only_and_other_workspaces(db) {
        let scene = scene(&db).await;
        let slug = scene.owner.workspace().slug.clone();
        let stranger = workspace(&scene.services, "Other").await;
        let (_, agent) = member(&scene.services, &slug, "Anil", Role::Agent).await;
        let (_, viewer) = member(&scene.services, &slug, "Vera", Role::Viewer).await;
        scene.hears("w1", -60, "STOP").await;
        let (row, owner) = (scene.row().await, &scene.owner);
        let contact = row.contact.id;
        conversations::assign(owner, row.id, Some(owner.me().id)).await.unwrap();
        team::assign_contacts(owner, &[contact], Some(owner.me().id)).await.unwrap();
        for ctx in [&agent, &stranger] {
            assert!(not_found(consent::record(ctx, contact, What::OptedIn, None).await));
            assert!(not_found(consent::history(ctx, contact, None, 10).await));
        }
        assert!(not_found(consent::export(&stranger, Some(contact)).await));
        assert!(forbidden(consent::record(&viewer, contact, What::OptedIn, None).await, "contacts.consent"));
        assert!(forbidden(consent::export(&viewer, None).await, "contacts.export"));
        assert!(forbidden(consent::save(&agent, Settings::default()).await, "workspace.settings"));
        assert_eq!(consent::history(&viewer, contact, None, 10).await.unwrap().items.len(), 1);
        assert!(scene.since().await.is_some());
        // The stranger's own words and contacts are theirs.
        assert_eq!(consent::get(&stranger).await.unwrap(), Settings::default());
        team::assign_contacts(owner, &[contact], Some(agent.me().id)).await.unwrap();
        consent::record(&agent, contact, What::OptedIn, Some("At the counter")).await.unwrap();
        assert_eq!(scene.since().await, None);
    }

    /// The words of a message are for those who may read it; a colleague's note is for whoever takes the file away.
    async fn a_file_is_veiled(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "=STOP").await;
        let (contact, owner) = (scene.row().await.contact.id, &scene.owner);
        consent::record(owner, contact, What::OptedIn, Some("Web form")).await.unwrap();
        let said = async |view: Grant| -> Vec<Option<String>> {
            let may = [(Permission::ContactsExport, Grant::All), (Permission::ContactsRead, Grant::All),
                (Permission::MessagesView, view)];
            let ctx = owner.clone().limited_to(TokenId(new_id()), may.into_iter().collect());
            let lines: Vec<consent::Line> = consent::export(&ctx, None).await.unwrap().try_collect().await.unwrap();
            lines.into_iter().map(|line| line.consent.said).collect()
        };
        let (note, words) = (Some("Web form".to_owned()), Some("=STOP".to_owned()));
        assert_eq!(said(Grant::All).await, [note.clone(), words.clone()]);
        assert_eq!(said(Grant::No).await, [note.clone(), None]);
        // The contact is nobody's own yet.
        assert_eq!(said(Grant::Own).await, [note.clone(), None]);
        team::assign_contacts(owner, &[contact], Some(owner.me().id)).await.unwrap();
        assert_eq!(said(Grant::Own).await, [note, words]);
    }

    async fn as_a_file(db) {
        let scene = scene(&db).await;
        scene.hears("w1", -60, "=STOP").await;
        scene.hears("w2", -50, "START").await;
        let other = contacts::create(&scene.owner, "+919845550117", Some("Meera")).await.unwrap();
        consent::record(&scene.owner, other.id, What::OptedIn, Some("Web form")).await.unwrap();
        let lines = async |contact| -> Vec<consent::Line> {
            consent::export(&scene.owner, contact).await.unwrap().try_collect().await.unwrap()
        };
        let all = lines(None).await;
        let said: Vec<_> = all.iter().map(|line| (line.name.as_str(), line.consent.said.as_deref().unwrap())).collect();
        let customer = format!("Customer {CUSTOMER}");
        assert_eq!(said, [("Meera", "Web form"), (customer.as_str(), "START"), (customer.as_str(), "=STOP")]);
        assert_eq!(all[0].phone.as_deref(), Some("+919845550117"));
        let one = lines(Some(other.id)).await;
        assert_eq!(one.iter().map(|line| &line.consent).collect::<Vec<&Consent>>(), [&all[0].consent]);
        let filter = Filter { action: Some(Action::ConsentExported), ..Filter::default() };
        assert_eq!(audit::list(&scene.owner, &filter, None, 10).await.unwrap().items.len(), 2);
    }
}
